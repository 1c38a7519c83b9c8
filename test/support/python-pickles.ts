import { execFileSync } from 'node:child_process'
import type { PythonValue } from '../../src/remote/rq/python-value.js'
import { python } from './python.js'

/**
 * A value with the type of each part named, in a form that both languages write alike: `["int", "12"]`, `["float", "<hex>"]`. A list, tuple
 * and set are all `["list", …]`, since JavaScript has one array for them.
 */
export type Tagged = readonly [type: string, content: unknown]

export function tagged(value: PythonValue | bigint): Tagged {
  if (value === null) return ['none', null]
  if (typeof value === 'boolean') return ['bool', value]
  if (typeof value === 'string') return ['str', value]
  if (typeof value === 'bigint') return ['int', `${value}`]
  if (typeof value === 'number') return taggedNumber(value)
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('hex')]
  if (Array.isArray(value)) return ['list', value.map(tagged)]
  return ['dict', Object.entries(value).map(([key, item]) => [key, tagged(item as PythonValue)])]
}

function taggedNumber(value: number): Tagged {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return ['int', `${value}`]
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return ['float', Number.isNaN(value) ? 'nan' : bytes.toString('hex')]
}

const program = `
import base64, json, math, pickle, struct, sys
sys.set_int_max_str_digits(0)
def tag(v):
    if v is None: return ['none', None]
    if isinstance(v, bool): return ['bool', v]
    if isinstance(v, int): return ['int', str(v)]
    if isinstance(v, float): return ['float', 'nan' if math.isnan(v) else struct.pack('>d', v).hex()]
    if isinstance(v, str): return ['str', v]
    if isinstance(v, bytes): return ['bytes', v.hex()]
    if isinstance(v, list): return ['list', [tag(i) for i in v]]
    return ['dict', [[k, tag(i)] for k, i in v.items()]]
def untag(t):
    kind, c = t
    if kind == 'int': return int(c)
    if kind == 'float': return math.nan if c == 'nan' else struct.unpack('>d', bytes.fromhex(c))[0]
    if kind == 'bytes': return bytes.fromhex(c)
    if kind == 'list':
        items = [untag(i) for i in c]
        return tuple(items) if len(items) % 2 else items
    if kind == 'dict': return {k: untag(i) for k, i in c}
    return c
for line in sys.stdin:
    kind, content, protocol = json.loads(line)
    if kind == 'loads': print(json.dumps(tag(pickle.loads(base64.b64decode(content)))))
    elif kind == 'dumps': print(json.dumps(base64.b64encode(pickle.dumps(untag(content), protocol)).decode()))
    else: print(json.dumps(base64.b64encode(pickle.dumps(eval(content), protocol)).decode()))
`

type Question = readonly [kind: 'loads' | 'dumps' | 'eval', content: unknown, protocol: number]

/** One Python process for all questions, one line each. */
function askPython(questions: readonly Question[]): readonly unknown[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('')
  const output = execFileSync(python, ['-c', program], { input, encoding: 'utf8', maxBuffer: 2 ** 29, timeout: 50_000 })
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

/** What Python reads in pickles. */
export function loadedByPython(pickles: readonly Uint8Array[]): readonly unknown[] {
  return askPython(pickles.map((bytes) => ['loads', Buffer.from(bytes).toString('base64'), 0]))
}

/** Pickles of values that Python writes; lists of odd length as tuples. */
export function dumpedByPython(values: readonly (readonly [value: Tagged, protocol: number])[]): readonly Buffer[] {
  return askPython(values.map(([value, protocol]) => ['dumps', value, protocol])).map(bytesOf)
}

/** Pickles of what expressions of Python give: `__import__('datetime').date(2026, 1, 2)`. */
export function pickledExpressions(expressions: readonly string[], protocol: number): readonly Buffer[] {
  return askPython(expressions.map((expression) => ['eval', expression, protocol])).map(bytesOf)
}

function bytesOf(base64: unknown): Buffer {
  return Buffer.from(String(base64), 'base64')
}
