import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/domain/errors.js'
import {
  maxArgsBytes,
  maxJsonDepth,
  memberPath,
  NotJsonError,
  refuseLargeArgs,
  toJsonText,
} from '../../src/domain/json.js'

const nested = (levels: number): unknown => {
  let value: unknown = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

describe('Values that JSON can carry', () => {
  test('Everything that comes out of JSON goes in again unchanged.', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJsonText(value)).toBe(JSON.stringify(value))
      }),
    )
  })

  test('An undefined property is dropped, and an undefined value is null.', () => {
    expect(toJsonText({ a: undefined, b: 1 })).toBe('{"b":1}')
    expect(toJsonText(undefined)).toBe('null')
  })

  test('A Date is its ISO text, and toJSON is honoured at any depth.', () => {
    expect(toJsonText([new Date(0), { toJSON: () => ({ n: [1] }) }])).toBe('["1970-01-01T00:00:00.000Z",{"n":[1]}]')
  })

  test('A key named __proto__ stays a key and changes no prototype.', () => {
    const text = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'
    expect(toJsonText(JSON.parse(text))).toBe(text)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('An instance of a class is its own properties.', () => {
    class Point {
      x = 1
      get far() {
        return true
      }
    }
    expect(toJsonText(new Point())).toBe('{"x":1}')
  })

  test('The same object twice is no cycle.', () => {
    const shared = { n: 1 }
    expect(toJsonText([shared, { shared }])).toBe('[{"n":1},{"shared":{"n":1}}]')
  })

  test('Whole surrogate pairs, controls and NUL are carried.', () => {
    const text = '😀\u0000\u001b[31m\u2028'
    expect(JSON.parse(toJsonText(text))).toBe(text)
  })

  test('Nesting up to the limit is carried.', () => {
    expect(toJsonText(nested(maxJsonDepth))).toBe('['.repeat(maxJsonDepth) + ']'.repeat(maxJsonDepth))
  })
})

describe('Values that JSON would mangle or drop are refused, and the path says where', () => {
  const cycle: { self?: unknown } = {}
  cycle.self = { items: [cycle] }
  const throwing = {
    get secret(): string {
      throw new Error('not today')
    },
  }
  const throwingToJson = {
    toJSON() {
      throw new Error('not today')
    },
  }

  test.each<[string, unknown, string, string]>([
    ['a BigInt', [1n], '[0]', 'is a BigInt'],
    ['NaN', { a: { b: Number.NaN } }, 'a.b', 'is NaN'],
    ['Infinity', { 'a-b': [0, Number.NEGATIVE_INFINITY] }, '["a-b"][1]', 'is -Infinity'],
    ['a function', { run() {} }, 'run', 'is a function'],
    ['a symbol', [Symbol('x')], '[0]', 'is a symbol'],
    ['undefined in an array', [1, undefined], '[1]', 'is undefined inside an array'],
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    ['a hole in an array', [1, , 3], '[1]', 'is undefined inside an array'],
    ['a Map', { map: new Map() }, 'map', 'is a Map'],
    ['a Set', [new Set()], '[0]', 'is a Set'],
    ['a RegExp', [/x/], '[0]', 'is a RegExp'],
    ['a Promise', [Promise.resolve()], '[0]', 'is a Promise'],
    ['a boxed string', [Object('x')], '[0]', 'is a String'],
    ['typed memory', [new Uint8Array(1)], '[0]', 'is a Uint8Array'],
    ['a Buffer', { image: Buffer.from('x') }, 'image', 'is a Buffer'],
    ['an invalid Date', { when: new Date(Number.NaN) }, 'when', 'is an invalid Date'],
    ['a cycle', cycle, 'self.items[0]', 'refers back to what contains it'],
    ['half a surrogate pair', { text: 'a\ud83d' }, 'text', 'has half of a surrogate pair'],
    ['half a surrogate pair in a key', { 'a\ude00': 1 }, '["a\\ude00"]', 'has half of a surrogate pair in its name'],
    ['a toJSON that throws', { x: throwingToJson }, 'x', 'throws when it is read'],
    ['a property that throws', [throwing], '[0]', 'throws when it is read'],
    ['a toJSON that answers a BigInt', [{ toJSON: () => 1n }], '[0]', 'is a BigInt'],
    [
      'nesting beyond the limit',
      nested(maxJsonDepth + 1),
      '[0]'.repeat(maxJsonDepth),
      'is nested deeper than 200 levels',
    ],
  ])('%s', (_, value, path, what) => {
    let refused: unknown
    try {
      toJsonText(value)
    } catch (thrown) {
      refused = thrown
    }
    expect(refused).toBeInstanceOf(NotJsonError)
    expect(refused).toMatchObject({ code: 'E_NOT_JSON', path })
    expect((refused as Error).message).toContain(what)
  })

  test('Nesting that would overflow the stack is refused like any other.', () => {
    expect(() => toJsonText(nested(100_000))).toThrow(NotJsonError)
  })

  test('A toJSON that never comes to an end is refused.', () => {
    const endless = (): object => ({ toJSON: endless })
    expect(() => toJsonText(endless())).toThrow('nested deeper')
  })

  test('The path begins with the name that the caller gives the value.', () => {
    expect(() => toJsonText([{ price: 1n }], 'args')).toThrow('args[0].price is a BigInt, which JSON cannot carry')
    expect(() => toJsonText(1n)).toThrow('the value is a BigInt')
  })
})

test('Paths are written as in code.', () => {
  expect(memberPath('', 'a')).toBe('a')
  expect(memberPath('a', '$b_1')).toBe('a.$b_1')
  expect(memberPath('a', '1b')).toBe('a["1b"]')
  expect(memberPath('a', 'it\'s "x"')).toBe('a["it\'s \\"x\\""]')
})

test('Arguments are limited in bytes of UTF-8, not in characters.', () => {
  refuseLargeArgs('x'.repeat(maxArgsBytes))
  expect(() => refuseLargeArgs('x'.repeat(maxArgsBytes + 1))).toThrow(UsageError)
  expect(() => refuseLargeArgs('é'.repeat(maxArgsBytes / 2 + 1))).toThrow(`over the limit of ${maxArgsBytes}`)
})

describe('errors as values', () => {
  const carried = (value: unknown) => JSON.parse(toJsonText(value))

  test('An error is its name, message, cause, inner errors and what was added to it, without its stack.', () => {
    class HttpError extends Error {
      override readonly name = 'HttpError'
      readonly status = 503
    }
    expect(carried([new Error('a')])).toEqual([{ name: 'Error', message: 'a' }])
    expect(carried(new HttpError('b', { cause: new TypeError('c', { cause: 'd' }) }))).toEqual({
      name: 'HttpError',
      message: 'b',
      status: 503,
      cause: { name: 'TypeError', message: 'c', cause: 'd' },
    })
    expect(carried(new AggregateError([new Error('one'), 2], 'both'))).toEqual({
      name: 'AggregateError',
      message: 'both',
      errors: [{ name: 'Error', message: 'one' }, 2],
    })
    const revived = Object.defineProperty(new Error('e'), 'stack', { value: 'at file:///home', enumerable: true })
    expect(carried(revived)).toEqual({ name: 'Error', message: 'e' })
    expect(carried(new DOMException('gone', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'gone' })
  })

  test('What Promise.allSettled gives keeps its reasons.', async () => {
    const settled = await Promise.allSettled([1, Promise.reject(new RangeError('no'))])
    expect(carried({ settled })).toEqual({
      settled: [
        { status: 'fulfilled', value: 1 },
        { status: 'rejected', reason: { name: 'RangeError', message: 'no' } },
      ],
    })
  })

  test('An error that is its own cause, and one that holds what JSON cannot carry, are refused with the path.', () => {
    const circle = new Error('round')
    circle.cause = circle
    expect(() => toJsonText({ circle })).toThrow('circle.cause refers back to what contains it')
    expect(() => toJsonText([Object.assign(new Error('x'), { socket: new Map() })])).toThrow('[0].socket is a Map')
    const aggregate = new AggregateError([new Error('x', { cause: { at: [1n] } })])
    expect(() => toJsonText(aggregate)).toThrow('errors[0].cause.at[0] is a BigInt')
  })

  test('A chain of causes is nested as deep as any other value may be.', () => {
    const chain = (length: number): Error => {
      let error = new Error('first')
      for (let at = 1; at < length; at++) error = new Error(`of ${at}`, { cause: error })
      return error
    }
    expect(carried(chain(maxJsonDepth)).cause.cause.message).toBe(`of ${maxJsonDepth - 3}`)
    expect(() => toJsonText(chain(maxJsonDepth + 1))).toThrow('is nested deeper than 200 levels')
  })
})

test.each<[name: string, value: unknown, message: string]>([
  [
    'private state',
    new (class Money {
      #cents = 1
      get cents() {
        return this.#cents
      }
    })(),
    'a.b is a Money without properties',
  ],
  [
    'an anonymous class',
    new (class {
      #x = 1
      x() {
        return this.#x
      }
    })(),
    'a.b is an object of a class without properties',
  ],
  ['a Promise', Promise.resolve(1), 'a.b is a Promise'],
  ['a WeakMap', new WeakMap(), 'a.b is a WeakMap'],
  ['a RegExp', /x/, 'a.b is a RegExp'],
  ['URLSearchParams', new URLSearchParams('a=1'), 'a.b is a URLSearchParams'],
  ['an AbortSignal', new AbortController().signal, 'a.b is an AbortSignal'],
])('An object that holds what it has elsewhere is refused: %s.', (_, value, message) => {
  expect(() => toJsonText({ a: { b: value } })).toThrow(message)
  expect(toJsonText({ a: {}, b: Object.create(null), c: [] })).toBe('{"a":{},"b":{},"c":[]}')
})
