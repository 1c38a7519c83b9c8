import { readFloatLine, readInteger, readIntegerLine } from './pickle-numbers.js'
import { append, newDict, pushCall, pushGlobal, setItems, setState } from './pickle-objects.js'
import type { PickleStack } from './pickle-stack.js'
import { readEscapedLine, readOldText, readQuotedLine, readText } from './pickle-texts.js'
import type { PythonValue } from './python-value.js'

type Step = (stack: PickleStack) => void

/** Takes off `count` values; the one that was pushed last is the last. */
function taken(stack: PickleStack, count: number): PythonValue[] {
  return Array.from({ length: count }, () => stack.pop()).reverse()
}

function memoIndexLine(stack: PickleStack): number {
  const index = readIntegerLine(stack.reader, false)
  if (typeof index !== 'number' || index < 0) throw stack.reader.error('has no number where one of its memo is due')
  return index
}

const pushes =
  (read: (stack: PickleStack) => PythonValue): Step =>
  (stack) =>
    stack.push(read(stack))

/** What each opcode does, of all protocols up to 5. Left out: persistent ids, extension codes, buffers out of band, `INST` and `OBJ`. */
export const steps: ReadonlyMap<number, Step> = new Map<number, Step>([
  // The stack and the memo
  [0x80, ({ reader }) => void reader.byte()], // PROTO
  [0x95, ({ reader }) => void reader.uint64()], // FRAME
  [0x28, (stack) => stack.mark()], // MARK
  [0x30, (stack) => stack.discard()], // POP
  [0x31, (stack) => void stack.popToMark()], // POP_MARK
  [0x32, (stack) => stack.push(stack.top())], // DUP
  [0x94, (stack) => stack.memoize()], // MEMOIZE
  [0x70, (stack) => stack.memoize(memoIndexLine(stack))], // PUT
  [0x71, (stack) => stack.memoize(stack.reader.byte())], // BINPUT
  [0x72, (stack) => stack.memoize(stack.reader.uint32())], // LONG_BINPUT
  [0x67, (stack) => stack.recall(memoIndexLine(stack))], // GET
  [0x68, (stack) => stack.recall(stack.reader.byte())], // BINGET
  [0x6a, (stack) => stack.recall(stack.reader.uint32())], // LONG_BINGET

  // None, bool, int, float
  [0x4e, pushes(() => null)], // NONE
  [0x88, pushes(() => true)], // NEWTRUE
  [0x89, pushes(() => false)], // NEWFALSE
  [0x49, pushes(({ reader }) => readIntegerLine(reader, true))], // INT
  [0x4c, pushes(({ reader }) => readIntegerLine(reader, false))], // LONG
  [0x4b, pushes(({ reader }) => reader.byte())], // BININT1
  [0x4d, pushes(({ reader }) => reader.uint16())], // BININT2
  [0x4a, pushes(({ reader }) => reader.int32())], // BININT
  [0x8a, pushes(({ reader }) => readInteger(reader, reader.byte()))], // LONG1
  [0x8b, pushes(({ reader }) => readInteger(reader, reader.uint32()))], // LONG4
  [0x46, pushes(({ reader }) => readFloatLine(reader))], // FLOAT
  [0x47, pushes(({ reader }) => reader.doubleBigEndian())], // BINFLOAT

  // str and bytes
  [0x53, pushes(({ reader }) => readQuotedLine(reader))], // STRING
  [0x54, pushes(({ reader }) => readOldText(reader, reader.uint32()))], // BINSTRING
  [0x55, pushes(({ reader }) => readOldText(reader, reader.byte()))], // SHORT_BINSTRING
  [0x56, pushes(({ reader }) => readEscapedLine(reader))], // UNICODE
  [0x8c, pushes(({ reader }) => readText(reader, reader.byte()))], // SHORT_BINUNICODE
  [0x58, pushes(({ reader }) => readText(reader, reader.uint32()))], // BINUNICODE
  [0x8d, pushes(({ reader }) => readText(reader, reader.uint64()))], // BINUNICODE8
  [0x43, pushes(({ reader }) => Uint8Array.from(reader.take(reader.byte())))], // SHORT_BINBYTES
  [0x42, pushes(({ reader }) => Uint8Array.from(reader.take(reader.uint32())))], // BINBYTES
  [0x8e, pushes(({ reader }) => Uint8Array.from(reader.take(reader.uint64())))], // BINBYTES8
  [0x96, pushes(({ reader }) => Uint8Array.from(reader.take(reader.uint64())))], // BYTEARRAY8

  // tuple, list, set, dict
  [0x29, pushes(() => [])], // EMPTY_TUPLE
  [0x85, pushes((stack) => taken(stack, 1))], // TUPLE1
  [0x86, pushes((stack) => taken(stack, 2))], // TUPLE2
  [0x87, pushes((stack) => taken(stack, 3))], // TUPLE3
  [0x74, pushes((stack) => stack.popToMark())], // TUPLE
  [0x5d, pushes(() => [])], // EMPTY_LIST
  [0x6c, pushes((stack) => stack.popToMark())], // LIST
  [0x61, (stack) => addOne(stack)], // APPEND
  [0x65, (stack) => addAll(stack)], // APPENDS
  [0x8f, pushes(() => [])], // EMPTY_SET
  [0x90, (stack) => addAll(stack)], // ADDITEMS
  [0x91, pushes((stack) => stack.popToMark())], // FROZENSET
  [0x7d, pushes(() => newDict())], // EMPTY_DICT
  [0x64, (stack) => pushDict(stack, stack.popToMark())], // DICT
  [0x73, (stack) => setTo(stack, taken(stack, 2))], // SETITEM
  [0x75, (stack) => setTo(stack, stack.popToMark())], // SETITEMS

  // Objects
  [0x63, (stack) => pushGlobal(stack, stack.reader.line(), stack.reader.line())], // GLOBAL
  [0x93, (stack) => nameGlobal(stack, taken(stack, 2))], // STACK_GLOBAL
  [0x52, (stack) => call(stack, taken(stack, 2))], // REDUCE
  [0x81, (stack) => call(stack, taken(stack, 2))], // NEWOBJ
  [0x92, (stack) => call(stack, taken(stack, 3))], // NEWOBJ_EX
  [0x62, (stack) => setState(stack)], // BUILD
])

function addOne(stack: PickleStack): void {
  const item = stack.pop()
  append(stack, stack.top(), [item])
}

function addAll(stack: PickleStack): void {
  const items = stack.popToMark()
  append(stack, stack.top(), items)
}

function pushDict(stack: PickleStack, items: readonly PythonValue[]): void {
  const dict = newDict()
  setItems(stack, dict, items)
  stack.push(dict)
}

function setTo(stack: PickleStack, items: readonly PythonValue[]): void {
  setItems(stack, stack.top(), items)
}

function nameGlobal(stack: PickleStack, [module = null, name = null]: readonly PythonValue[]): void {
  pushGlobal(stack, module, name)
}

function call(stack: PickleStack, [callable = null, args = null, kwargs = null]: readonly PythonValue[]): void {
  pushCall(stack, callable, args, kwargs)
}
