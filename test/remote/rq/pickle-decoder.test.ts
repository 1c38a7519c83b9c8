import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PickleError } from '../../../src/remote/rq/errors.js'
import { jsonValue } from '../../../src/remote/rq/json-value.js'
import { decodePickle } from '../../../src/remote/rq/pickle-decoder.js'
import { encodePickle } from '../../../src/remote/rq/pickle-encoder.js'
import { plainValue } from '../../../src/remote/rq/plain-value.js'
import { pythonProblem } from '../../support/python.js'
import { dumpedByPython, pickledExpressions, tagged } from '../../support/python-pickles.js'
import { values } from '../../support/python-values.js'

const note = pythonProblem === null ? '.' : ` (${pythonProblem})`
const withPython = test.skipIf(pythonProblem !== null)

withPython(`Pickles of Python of all protocols are read as they were${note}`, () => {
  const random = fc.sample(values, { numRuns: 600, seed: 18 }).map((value) => tagged(plainValue(value, '') as never))
  const all = random.flatMap((value) => [0, 1, 2, 3, 4, 5].map((protocol) => [value, protocol] as const))
  const pickles = dumpedByPython(all)
  for (const [at, [value, protocol]] of all.entries())
    expect(tagged(decodePickle(pickles[at] ?? Buffer.alloc(0))), `protocol ${protocol}`).toEqual(value)
})

// Expressions of Python, and what they are as JSON.
const known: Readonly<Record<string, unknown>> = {
  "__import__('datetime').datetime(2026, 11, 24, 19, 54, 26, 941000)": '2026-11-24T19:54:26.941000',
  "__import__('datetime').datetime(2026, 1, 2, tzinfo=__import__('datetime').timezone.utc)":
    '2026-01-02T00:00:00.000000+00:00',
  "__import__('datetime').datetime(2026, 1, 2, tzinfo=__import__('datetime').timezone(__import__('datetime').timedelta(hours=-3, minutes=-30)))":
    '2026-01-02T00:00:00.000000-03:30',
  "__import__('datetime').date(987, 1, 2)": '0987-01-02',
  "__import__('decimal').Decimal('1.10')": '1.10',
  "__import__('uuid').UUID('12345678-1234-5678-1234-567812345678')": '12345678-1234-5678-1234-567812345678',
  '{1}': [1],
  'frozenset([2])': [2],
  "bytearray(b'ab')": { $type: 'bytes', base64: 'YWI=' },
  "b''": { $type: 'bytes', base64: '' },
  "__import__('collections').OrderedDict(b=1, a=2)": { b: 1, a: 2 },
  "{1: 'a', None: 'b', (1, 'x'): 'c', 1.5: 'd', __import__('datetime').date(2026, 1, 2): 'e'}": {
    '1': 'a',
    null: 'b',
    '1,x': 'c',
    '1.5': 'd',
    '2026-01-02': 'e',
  },
  '[2 ** 70, -2 ** 70]': ['1180591620717411303424', '-1180591620717411303424'],
  "[float('nan'), float('-inf')]": ['NaN', '-Infinity'],
  len: { $type: 'builtins.len' },
  'complex(1, 2)': { $type: 'builtins.complex', args: [1, 2] },
  "ValueError('x')": { $type: 'builtins.ValueError', args: ['x'] },
  "(lambda s: [s, s, [s]])('twice')": ['twice', 'twice', ['twice']],
}

withPython(`Values of common classes are readable, and others are records${note}`, () => {
  for (const protocol of [2, 3, 4, 5]) {
    const pickles = pickledExpressions(Object.keys(known), protocol)
    for (const [at, [expression, value]] of Object.entries(known).entries()) {
      const read = JSON.parse(JSON.stringify(jsonValue(decodePickle(pickles[at] ?? Buffer.alloc(0)))))
      // Protocol 2 names exceptions by their module of Python 2.
      if (protocol > 2 || !expression.startsWith('ValueError'))
        expect(read, `${expression} in protocol ${protocol}`).toEqual(value)
    }
  }
})

const pickle = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))))

test('A pickle that would run code is a record of what it would run.', () => {
  const value = decodePickle(pickle(0x80, 2, 'cos\nsystem\n', '(S', "'touch /tmp/x'\n", 'tR.'))
  expect(jsonValue(value)).toEqual({ $type: 'os.system', args: ['touch /tmp/x'] })
})

test('A key named __proto__ is a key and changes no prototype.', () => {
  const value = decodePickle(encodePickle(JSON.parse('{"__proto__": {"polluted": 1}}')))
  expect(JSON.stringify(jsonValue(value))).toBe('{"__proto__":{"polluted":1}}')
  expect((value as { polluted?: unknown }).polluted).toBeUndefined()
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('A pickle that is damaged or hostile is an error with its place, soon.', () => {
  const nested = (levels: number) => pickle(0x80, 4, 'N', '\x85'.repeat(levels), '.')
  const shared = pickle(0x80, 4, 'N\x85', '2\x86'.repeat(150), '.')
  for (const [bytes, message, offset] of [
    [pickle(), 'ends too early', 0],
    [pickle(0x80, 3, 'K'), 'ends too early', 2],
    [pickle(0x80, 3, 'X\xff\xff\xff\xff', 'ab.'), 'ends too early', 2],
    [pickle(0x80, 5, '\x8d\xff\xff\xff\xff\xff\xff\xff\xff', 'ab.'), 'ends too early', 2],
    [pickle(0x80, 3, '\x99.'), 'has the opcode 0x99, which is unknown', 2],
    [pickle(0x80, 3, '.'), 'takes a value from an empty stack', 2],
    [pickle(0x80, 3, 'NN.'), 'leaves more than one value', 4],
    [pickle(0x80, 3, 'e'), 'has no mark', 2],
    [pickle(0x80, 3, 'h\x05.'), 'refers to number 5 of its memo, which is empty', 2],
    [pickle(0x80, 3, '}}Ns.'), 'has a key in a dict that has no short text', 5],
    [pickle(0x80, 3, 'NNR.'), 'calls what is no class or function', 4],
    [pickle(0x80, 3, ']q\x00h\x00a.'), 'holds a value that contains itself', 8],
    [nested(300), 'is nested deeper than 200 levels', 303],
    [nested(1_000_000), 'is nested deeper than 200 levels', 1_000_003],
    [shared, 'refers to the same values so often that it would fill the memory', 304],
    [pickle(0x80, 2, '\x8b\xff\xff\xff\xff.'), 'has a whole number of more than 65536 bytes', 2],
  ] as const)
    expect(errorOf(bytes)).toMatchObject({ message: expect.stringContaining(message), offset })
})

test('Random bytes and damaged pickles end in a value or a PickleError.', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const damaged = encodePickle(plainValue(value, ''))
      damaged[at % damaged.length] = byte
      return damaged
    }),
  )
  fc.assert(
    fc.property(bytes, (input) => {
      const error = errorOf(input)
      if (error === null) JSON.stringify(jsonValue(decodePickle(input)))
      else expect(error).toBeInstanceOf(PickleError)
    }),
    { numRuns: 3_000 },
  )
})

function errorOf(bytes: Uint8Array): unknown {
  try {
    decodePickle(bytes)
    return null
  } catch (thrown) {
    return thrown
  }
}
