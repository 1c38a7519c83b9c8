import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RqCall } from '../../../src/remote/rq/call.js'
import { RqValueError } from '../../../src/remote/rq/errors.js'
import { rqCall } from '../../support/rq-call.js'
import { RqWorkers, rqProblem } from '../../support/rq-workers.js'

const note = rqProblem === null ? '' : ` (${rqProblem})`
const seconds = fc.oneof(fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 1.5, -1, Number.NaN), fc.nat())
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('%s%n{0}', '\ud800', '\0', '__proto__', '\u001b[2J\r\n', '😀'.repeat(300)),
)
const value = fc.oneof(text, fc.object({ withBigInt: true, withDate: true, maxDepth: 3 }), fc.double(), fc.bigInt())

/** Everything that a caller chooses, often wrong. */
const hostile: fc.Arbitrary<Partial<RqCall>> = fc.record(
  {
    id: fc.oneof({ weight: 5, arbitrary: fc.uuid() }, text),
    func: fc.constantFrom('demo_jobs.same', 'os.getcwd', 'builtins.len', 'no.such', 'demo_jobs.Point.x', 'a.-b', '..'),
    args: fc.array(value, { maxLength: 3 }),
    kwargs: fc.dictionary(text, value, { maxKeys: 3 }),
    meta: fc.option(fc.dictionary(text, value, { maxKeys: 3 })),
    description: fc.option(text),
    timeoutMs: fc.option(fc.oneof(seconds, fc.constantFrom(2 ** 31 * 1_000 - 1_000, 0.001))),
    resultTtlSeconds: fc.option(seconds),
    failureTtlSeconds: seconds,
    ttlSeconds: fc.option(seconds),
    retries: fc.constantFrom(0, 0, 1, 1_000, -1, 0.5),
    retryIntervalsSeconds: fc.array(seconds, { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

describe.skipIf(rqProblem !== null)(`Hostile jobs${note}`, () => {
  let rq: RqWorkers
  beforeAll(async () => {
    rq = await RqWorkers.start()
    await Promise.all([rq.worker('pickle', 'pickle'), rq.worker('json', 'json')])
  })
  afterAll(() => rq?.stop())

  test.each(['pickle', 'json'] as const)(
    'A worker with %s outlives whatever a caller hands over.',
    async (serializer) => {
      const seed = Math.floor(Math.random() * 2 ** 31)
      // Jobs that would be refused show nothing here; 20 of the others do.
      const calls = fc.sample(hostile, { numRuns: 2_000, seed })
      let added = 0
      for (const rest of calls) {
        if (added === 20) break
        // A thousand retries that follow at once would be all that the worker does.
        const retryIntervalsSeconds = (rest.retries ?? 0) > 1 ? [3_600] : (rest.retryIntervalsSeconds ?? [])
        const call = rqCall(serializer, 'same', [], { ...rest, retryIntervalsSeconds })
        try {
          await rq.add(call, serializer)
          added++
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RqValueError)
        }
      }
      expect(added, `seed ${seed}`).toBe(20)
      const next = await rq.run(rqCall(serializer, 'add', [2, 3]), serializer)
      expect(next, `seed ${seed}`).toEqual({ state: 'finished', value: 5 })
      expect(rq.isAlive(serializer), rq.log(serializer)).toBe(true)
    },
  )

  test('A field that a worker cannot parse does end it, and that is seen here.', async () => {
    const other = await RqWorkers.start()
    try {
      await other.worker('victim', 'pickle')
      const call = rqCall('victim', 'add', [2, 3])
      await other.redis.hset(`rq:job:${call.id}`, { data: '', created_at: '2026-01-01T00:00:00+00:00' })
      await other.redis.rpush('rq:queue:victim', call.id)
      await expect(other.end(call.id, 'pickle')).rejects.toThrow('victim has ended')
      expect(other.isAlive('victim')).toBe(false)
    } finally {
      await other.stop()
    }
  })
})
