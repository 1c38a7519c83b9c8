import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOf, type CeleryCall, celeryTime, headersOf } from '../../../src/remote/celery/message.js'
import { envelopeOf, queueKey } from '../../../src/remote/celery/redis-envelope.js'
import { pythonRepr } from '../../../src/remote/python-repr.js'

const call: CeleryCall = {
  id: '11ff6e7c-7a04-4296-8f23-ee40858d63f8',
  task: 'demo.add',
  args: [2, 3],
  kwargs: {},
  eta: null,
  expiresAt: null,
  limits: { hard: 30_000, soft: null },
  ignoreResult: false,
  origin: '1234@host',
}

test('A message has all that a worker dies of if it is missing.', () => {
  const envelope = JSON.parse(envelopeOf(call, 'celery', 4))
  expect(envelope).toMatchObject({
    'content-type': 'application/json',
    'content-encoding': 'utf-8',
    headers: { task: 'demo.add', id: call.id, root_id: call.id, retries: 0, timelimit: [30, null], argsrepr: '(2, 3)' },
    properties: {
      body_encoding: 'base64',
      delivery_info: { exchange: '', routing_key: 'celery' },
      delivery_tag: expect.stringMatching(/^[0-9a-f-]{36}$/),
      priority: 4,
    },
  })
  expect(JSON.parse(Buffer.from(envelope.body, 'base64').toString())).toEqual([
    [2, 3],
    {},
    { callbacks: null, errbacks: null, chain: null, chord: null },
  ])
  expect(JSON.parse(envelopeOf(call, 'celery', 4)).properties.delivery_tag).not.toBe(envelope.properties.delivery_tag)
})

test.each([
  [0, 'q'],
  [2, 'q'],
  [3, 'q\x06\x163'],
  [5, 'q\x06\x163'],
  [9, 'q\x06\x169'],
])('Priority %d has the list %j.', (priority, key) => {
  expect(queueKey('q', priority)).toBe(key)
})

test('A time has six digits and an offset, and one that Python does not have is refused.', () => {
  expect(celeryTime(Date.UTC(2026, 10, 24, 19, 6, 21, 563))).toBe('2026-11-24T19:06:21.563000+00:00')
  for (const at of [Number.NaN, 1e18, -1e15]) expect(() => celeryTime(at)).toThrow(/no time that Python has/)
})

test('Long arguments are cut where they are only shown.', () => {
  const { argsrepr } = headersOf({ ...call, args: ['x'.repeat(5_000)] })
  expect(String(argsrepr)).toHaveLength(1_024)
  expect(JSON.parse(bodyOf({ args: ['x'.repeat(5_000)], kwargs: {} }))[0][0]).toHaveLength(5_000)
})

test('Only types that Celery knows are sent as such.', () => {
  const typed = (type: unknown) => bodyOf({ args: [], kwargs: { deep: [{ __type__: type, __value__: 1 }] } })
  expect(() => typed('datetime')).not.toThrow()
  for (const type of ['nonsense', 3, null]) expect(() => typed(type)).toThrow(/__type__/)
  expect(() => bodyOf({ args: [{ __type__: 'x', __value__: 1, more: 2 }], kwargs: {} })).not.toThrow()
})

test('What is shown of arguments is what Python reads as the same value.', () => {
  const values = fc
    .sample(fc.jsonValue({ maxDepth: 3 }), 300)
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  const pairs = values.map((value) => [JSON.stringify(value), pythonRepr(value)])
  const program = `import ast, json, sys
bad = [p for p in json.load(sys.stdin) if ast.literal_eval(p[1]) != json.loads(p[0])]
print(json.dumps(bad))`
  const answer = execFileSync('python3', ['-c', program], { input: JSON.stringify(pairs), encoding: 'utf8' })
  expect(JSON.parse(answer)).toEqual([])
})
