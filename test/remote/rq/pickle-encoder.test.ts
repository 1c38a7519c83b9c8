import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePickle, encodePickledCall } from '../../../src/remote/rq/pickle-encoder.js'
import { plainValue, type RqValue } from '../../../src/remote/rq/plain-value.js'
import { pythonProblem } from '../../support/python.js'
import { loadedByPython, tagged } from '../../support/python-pickles.js'
import { values } from '../../support/python-values.js'

const pickled = (value: unknown) => encodePickle(plainValue(value, 'value'))

test('A call has the bytes that RQ has run.', () => {
  const start = '800328580d00000064656d6f5f6a6f62732e6164644e284b02'
  expect(encodePickledCall('demo_jobs.add', [2, 3], {}).toString('hex')).toBe(`${start}4b03747d742e`)
  const named = encodePickledCall('demo_jobs.add', [2], { y: 'é' }).toString('hex')
  expect(named).toBe(`${start}747d285801000000795802000000c3a975742e`)
})

test.skipIf(pythonProblem !== null)(`Python reads random values as they were${note()}`, () => {
  const special = [Number.NaN, Infinity, -Infinity, -0, [], {}, Array(1_200).fill(7), 'x'.repeat(70_000)]
  const all: RqValue[] = [...special, ...fc.sample(values, { numRuns: 1_500, seed: 17 })]
  const read = loadedByPython(all.map(pickled))
  for (const [at, value] of all.entries()) expect(read[at]).toEqual(tagged(plainValue(value, '') as never))
})

test('What Python would not get as it was meant is refused by its path.', () => {
  const circle: unknown[] = []
  circle.push({ circle })
  let deep: unknown = 1
  for (let level = 0; level < 300; level++) deep = [deep]
  let shared: unknown = ['x']
  for (let level = 0; level < 60; level++) shared = [shared, shared]
  for (const [value, message] of [
    [{ circle }, 'value.circle[0].circle refers back to what contains it'],
    [[() => 1], 'value[0] is a function'],
    [{ a: Symbol('x') }, 'value.a is a symbol'],
    ['\ud800', 'value has half of a surrogate pair'],
    [{ '\udc00': 1 }, 'has half of a surrogate pair'],
    [2 ** 53, 'value is 9007199254740992, which may have lost digits: give it as a BigInt'],
    [1e300, 'which may have lost digits'],
    [new Map(), 'value is an instance of a class'],
    [[new Date(Number.NaN)], 'value[0] is an invalid Date'],
    [shared, 'the value has more than 1000000 values'],
    [[1, Array(2 ** 31)], 'value[1] has 2147483648 members'],
    [
      {
        get a() {
          throw new Error('no')
        },
      },
      'value throws when it is read (no)',
    ],
    [deep, 'is nested deeper than 200 levels'],
    [new Uint8Array(65 * 1024 * 1024), 'takes more than 67108864 bytes'],
  ] as const)
    expect(() => pickled(value)).toThrow(message)
})

test('Undefined, dates and toJSON are as in JSON, and a key named __proto__ stays a key.', () => {
  const value = { a: undefined, b: [undefined], c: new Date(0), d: { toJSON: () => 5 }, ['__proto__']: 1 }
  expect(JSON.stringify(plainValue(value, ''))).toBe('{"b":[null],"c":"1970-01-01T00:00:00.000Z","d":5,"__proto__":1}')
})

function note(): string {
  return pythonProblem === null ? '.' : ` (${pythonProblem})`
}
