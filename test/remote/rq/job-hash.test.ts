import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RqCall } from '../../../src/remote/rq/call.js'
import { RqValueError } from '../../../src/remote/rq/errors.js'
import { jobHash, type NewJobStatus, rqTime } from '../../../src/remote/rq/job-hash.js'
import { rqCall } from '../../support/rq-call.js'

const at = Date.UTC(2026, 10, 24, 19, 54, 26, 941)
const call = (rest: Partial<RqCall> = {}) => rqCall('default', 'add', [2, 3], rest)

test('The hash of a job has what RQ reads.', () => {
  const { data, ...fields } = Object.fromEntries(jobHash(call(), 'queued', at, 'json'))
  expect(inflateSync(data as Buffer).toString()).toBe('["demo_jobs.add",null,[2,3],{}]')
  expect(fields).toEqual({
    created_at: '2026-11-24T19:54:26.941000Z',
    enqueued_at: '2026-11-24T19:54:26.941000Z',
    success_callback_name: '',
    failure_callback_name: '',
    started_at: '',
    ended_at: '',
    last_heartbeat: '',
    worker_name: '',
    origin: 'default',
    description: 'demo_jobs.add(2, 3)',
    timeout: '30',
    result_ttl: '600',
    failure_ttl: '600',
    status: 'queued',
  })
})

test('Fields are left out that would mean something else when they are empty.', () => {
  const fields = jobHash(
    call({ timeoutMs: 1, resultTtlSeconds: null, ttlSeconds: 5, retries: 2, meta: {} }),
    'scheduled',
    at,
    'pickle',
  )
  expect(fields.get('timeout')).toBe('1')
  expect(jobHash(call({ timeoutMs: Number.MIN_VALUE }), 'queued', at, 'pickle').get('timeout')).toBe('1')
  expect(fields.get('result_ttl')).toBe('-1')
  expect(fields.get('ttl')).toBe('5')
  expect(fields.get('retries_left')).toBe('2')
  expect(fields.get('meta')).toEqual(Buffer.from('80037d2e', 'hex'))
  expect(fields.has('retry_intervals')).toBe(false)
  expect(fields.has('enqueued_at')).toBe(false)
  expect(jobHash(call({ timeoutMs: null }), 'queued', at, 'pickle').get('timeout')).toBe('-1')
  expect(jobHash(call({ retryIntervalsSeconds: [1] }), 'queued', at, 'pickle').has('retry_intervals')).toBe(false)
})

test('A description is one short line.', () => {
  const described = (rest: Partial<RqCall>) => jobHash(call(rest), 'queued', at, 'pickle').get('description')
  expect(described({ description: 'a\n\u001b[31mb\0' })).toBe('a [31mb ')
  const args = ['x'.repeat(99), [1], { a: 1 }, 1n, null]
  expect(described({ args, kwargs: { y: true } })).toBe(
    `demo_jobs.add("${'x'.repeat(40)}…", […], {…}, 1, null, y=true)`,
  )
  expect(described({ description: '😀'.repeat(500) })).toMatch(/^(😀)+…$/u)
})

test('A call that RQ would not take is refused by its field.', () => {
  for (const [rest, message] of [
    [{ id: 'a:b' }, 'id may have letters'],
    [{ id: '' }, 'id may have letters'],
    [{ queue: 'a b' }, 'queue may have no spaces'],
    [{ queue: 'a:intermediate' }, 'queue may have no spaces'],
    [{ func: 'add' }, 'func must be the import path'],
    [{ func: 'os.system ' }, 'func must be the import path'],
    [{ timeoutMs: 0 }, 'timeoutMs is 0'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs is NaN'],
    [{ timeoutMs: 2 ** 50 }, 'timeoutMs is 1125899906842624'],
    [{ resultTtlSeconds: 1.5 }, 'resultTtlSeconds is 1.5, not a whole number from 0 to 2147483647'],
    [{ failureTtlSeconds: -1 }, 'failureTtlSeconds is -1'],
    [{ ttlSeconds: 0 }, 'ttlSeconds is 0'],
    [{ retries: -1 }, 'retries is -1'],
    [{ retryIntervalsSeconds: [1, 0.5] }, 'retryIntervalsSeconds[1] is 0.5'],
    [{ retryIntervalsSeconds: Array(1) }, 'retryIntervalsSeconds[0] is a undefined'],
    [{ args: [{ when: () => 1 }] }, 'args[0].when is a function'],
    [{ meta: [] as never }, 'meta is no object'],
  ] as const)
    expect(() => jobHash(call(rest), 'queued', at, 'pickle')).toThrow(message)
  expect(() => jobHash(call({ args: [1n] }), 'queued', at, 'json')).toThrow('args[0] is a BigInt')
  expect(() => jobHash(call({ kwargs: { x: Infinity } }), 'queued', at, 'json')).toThrow('kwargs.x is Infinity')
  for (const time of [-1, Number.NaN, Date.UTC(10_000, 0, 1)]) expect(() => rqTime(time)).toThrow('the time is')
})

// What JavaScript may hand over in place of anything.
const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, withTypedArray: true }),
  fc.constantFrom('30s', '1.5', '+00:00', '', [], [[]], Number.NaN, -1, 0, 1.5, 2 ** 31, 2 ** 53, '1e3'),
)

test('Whatever a caller hands over, no field has a form that ends a worker.', () => {
  const names = Object.keys(call()) as (keyof RqCall)[]
  const changes = fc.array(fc.tuple(fc.constantFrom(...names), anything), { maxLength: 3 })
  const statuses = fc.constantFrom<NewJobStatus>('queued', 'scheduled', 'waiting' as NewJobStatus)
  const times = fc.oneof(fc.nat(), fc.double(), fc.constant(at))
  fc.assert(
    fc.property(changes, statuses, times, fc.constantFrom('pickle', 'json'), (changed, status, time, serializer) => {
      const hostile = { ...call(), ...Object.fromEntries(changed) } as RqCall
      try {
        expectHarmless(Object.fromEntries(jobHash(hostile, status, time, serializer)))
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RqValueError)
      }
    }),
    { numRuns: 3_000 },
  )
})

function expectHarmless(fields: Readonly<Record<string, string | Buffer>>): void {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
  expect(fields.created_at).toMatch(time)
  if (fields.enqueued_at !== undefined) expect(fields.enqueued_at).toMatch(time)
  expect(fields.timeout).toMatch(/^(-1|[1-9]\d{0,9})$/)
  for (const name of ['result_ttl', 'failure_ttl', 'ttl', 'retries_left'])
    if (fields[name] !== undefined) expect(fields[name]).toMatch(/^(-1|\d{1,10})$/)
  if (fields.retry_intervals !== undefined) expect(fields.retry_intervals).toMatch(/^\[\d{1,10}(,\d{1,10})*\]$/)
  expect(['queued', 'scheduled']).toContain(fields.status)
}
