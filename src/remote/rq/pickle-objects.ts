import { keyText } from './pickle-keys.js'
import type { PickleStack } from './pickle-stack.js'
import { PythonObject, type PythonValue } from './python-value.js'

type Args = readonly PythonValue[]
type Dict = Record<string, PythonValue>

/** A class or function by its name: a name and nothing more. */
export function pushGlobal(stack: PickleStack, module: PythonValue, name: PythonValue): void {
  if (typeof module !== 'string' || typeof name !== 'string') throw stack.reader.error('names a class that is no text')
  // Protocols before 3 have the names of Python 2.
  stack.push(new PythonObject(`${module === '__builtin__' ? 'builtins' : module}.${name}`, null))
}

/** What `callable(*args)` or `class.__new__(class, *args, **kwargs)` would be: a record of it, or a plain value of a few known types. */
export function pushCall(stack: PickleStack, callable: PythonValue, args: PythonValue, kwargs: PythonValue): void {
  if (!(callable instanceof PythonObject) || callable.args !== null)
    throw stack.reader.error('calls what is no class or function')
  if (!Array.isArray(args)) throw stack.reader.error('calls with arguments that are no tuple')
  if (kwargs !== null && !isDict(kwargs)) throw stack.reader.error('calls with named arguments that are no dict')
  const known = kwargs === null ? knownValue(callable.type, args) : undefined
  stack.push(known === undefined ? new PythonObject(callable.type, args, kwargs) : known)
}

/** Plain values that older protocols write as calls, and dicts with a habit. */
function knownValue(type: string, args: Args): PythonValue | undefined {
  const [first, second] = args
  switch (type) {
    case 'builtins.set':
    case 'builtins.frozenset':
      if (args.length === 0) return []
      return Array.isArray(first) && args.length === 1 ? [...first] : undefined
    case 'builtins.bytes':
    case 'builtins.bytearray':
      if (args.length === 0) return new Uint8Array()
      if (first instanceof Uint8Array) return first
      return typeof first === 'string' && second === 'latin-1' ? Buffer.from(first, 'latin1') : undefined
    case '_codecs.encode':
      return typeof first === 'string' && /^latin-?1$/.test(`${second}`) ? Buffer.from(first, 'latin1') : undefined
    case 'collections.OrderedDict':
      return args.length === 0 ? newDict() : undefined
    case 'collections.defaultdict':
      return args.length <= 1 ? newDict() : undefined
    default:
      return undefined
  }
}

export function setState(stack: PickleStack): void {
  const state = stack.pop()
  const object = stack.top()
  if (!(object instanceof PythonObject)) throw stack.reader.error('sets the state of what is no object')
  object.state = state
}

export function newDict(): Dict {
  return Object.create(null)
}

/** `items` are keys and values in turn. */
export function setItems(stack: PickleStack, target: PythonValue, items: Args): void {
  const dict = target instanceof PythonObject ? target.entries : target
  if (!isDict(dict)) throw stack.reader.error('sets a key of what is no dict')
  if (items.length % 2 !== 0) throw stack.reader.error('has a key without a value')
  for (let at = 0; at < items.length; at += 2) dict[keyText(stack.reader, items[at] ?? null)] = items[at + 1] ?? null
}

export function append(stack: PickleStack, target: PythonValue, items: Args): void {
  const list = target instanceof PythonObject ? target.items : target
  if (!Array.isArray(list)) throw stack.reader.error('appends to what is no list')
  // Not push(...items): a million arguments overflow the stack.
  for (const item of items) list.push(item)
}

function isDict(value: PythonValue): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof PythonObject)
  )
}
