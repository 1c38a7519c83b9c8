import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RqSerializer } from '../../../src/remote/rq/serializer.js'
import { rqCall } from '../../support/rq-call.js'
import { RqWorkers, rqProblem } from '../../support/rq-workers.js'

const note = rqProblem === null ? '' : ` (${rqProblem})`

// The queue of a worker has the worker's name.
describe.skipIf(rqProblem !== null)(`Real RQ workers${note}`, () => {
  let rq: RqWorkers
  beforeAll(async () => {
    rq = await RqWorkers.start()
    await Promise.all([rq.worker('pickle', 'pickle'), rq.worker('json', 'json')])
  })
  afterAll(() => rq?.stop())

  const run = (serializer: RqSerializer, name: string, args: readonly unknown[] = [], rest = {}) =>
    rq.run(rqCall(serializer, name, args, rest), serializer)

  describe.each(['pickle', 'json'] as const)('with %s', (serializer) => {
    test('A call returns its value.', async () => {
      expect(await run(serializer, 'add', [2, 3])).toEqual({ state: 'finished', value: 5 })
      expect(await run(serializer, 'nothing')).toEqual({ state: 'finished', value: null })
      const timeless = await run(serializer, 'add', [1, 2], { timeoutMs: null, resultTtlSeconds: null })
      expect(timeless).toEqual({ state: 'finished', value: 3 })
    })

    test('Values come back as they were.', async () => {
      const nested = [{ a: [1.5, -0.25, { 'ключ 😀': null }], e: [], o: {} }, true, 'é\0\u2028😀', '']
      const borders = [0, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, -1, -129, -(2 ** 31) - 1, 2 ** 53 - 1]
      const kwargs = { y: 'é', ['__proto__']: 1 }
      expect(await run(serializer, 'same', [nested, borders], { kwargs })).toEqual({
        state: 'finished',
        value: [[nested, borders], JSON.parse('{"y": "é", "__proto__": 1}')],
      })
    })

    test('A text of a megabyte goes there and back.', async () => {
      const text = '0123456789abcdef'.repeat(65_536)
      expect(await run(serializer, 'same', [text])).toEqual({ state: 'finished', value: [[text], {}] })
    })

    test('A job reads its meta.', async () => {
      const meta = { user: 'é', list: [1] }
      expect(await run(serializer, 'meta', [], { meta })).toEqual({ state: 'finished', value: meta })
    })

    test('An exception has its class, message and traceback.', async () => {
      const state = await run(serializer, 'fail', ['kaputt: ü\nsecond line'])
      expect(state).toMatchObject({ state: 'failed', name: 'ValueError', message: 'kaputt: ü\nsecond line' })
      expect(state).toMatchObject({ traceback: expect.stringContaining('demo_jobs.py", line') })
      expect(await run(serializer, 'chain')).toMatchObject({ name: 'KeyError', message: "'second'" })
    })

    test('A missing function, a child that dies and a time limit fail with their text.', async () => {
      expect(await run(serializer, 'missing')).toMatchObject({ state: 'failed', name: 'AttributeError' })
      const module = await run(serializer, '', [], { func: 'no_such_module.add' })
      expect(module).toMatchObject({ name: 'ValueError', message: 'Invalid attribute name: no_such_module.add' })
      expect(await run(serializer, 'die')).toMatchObject({ state: 'failed', name: 'WorkHorseTerminated' })
      expect(await run(serializer, 'sleep', [20], { timeoutMs: 1_000 })).toMatchObject({
        state: 'failed',
        name: 'rq.timeouts.JobTimeoutException',
        message: 'Task exceeded maximum timeout value (1 seconds)',
      })
    })

    test('A job in the other serializer fails with the likely cause.', async () => {
      const other = serializer === 'pickle' ? 'json' : 'pickle'
      const call = rqCall(serializer, 'add', [2, 3])
      await rq.add(call, other)
      expect(await rq.end(call.id, serializer)).toMatchObject({
        state: 'failed',
        name: 'rq.exceptions.DeserializationError',
        message: expect.stringContaining('it probably has the other serializer'),
      })
      expect(await run(serializer, 'add', [1, 1])).toEqual({ state: 'finished', value: 2 })
    })
  })

  test('What pickle can carry beyond JSON is readable.', async () => {
    const state = await run('pickle', 'objects')
    expect(JSON.parse(JSON.stringify(state))).toEqual({
      state: 'finished',
      value: JSON.parse(`{
        "tuple": [1, "twice", "twice"], "set": [7], "bytes": { "$type": "bytes", "base64": "AP8=" },
        "big": "1180591620717411303424", "__proto__": { "polluted": 1 }, "at": "2026-01-02T03:04:05.000006+00:00",
        "price": "1.10", "id": "00000000-0000-0000-0000-000000000005",
        "point": { "$type": "demo_jobs.Point", "state": { "x": 1 } }, "3": null
      }`),
    })
    const bytes = await run('pickle', 'same', [new Uint8Array([0, 255]), 2n ** 80n, Number.NaN])
    expect(bytes).toMatchObject({ value: [[{ base64: 'AP8=' }, `${2n ** 80n}`, 'NaN'], {}] })
  })

  test('A result of 0 seconds leaves nothing.', async () => {
    expect(await run('pickle', 'add', [1, 2], { resultTtlSeconds: 0 })).toEqual({ state: 'gone' })
  })

  test('A job that fails is tried again, at once or after its intervals.', async () => {
    for (const retryIntervalsSeconds of [[], [1]]) {
      const call = rqCall('pickle', 'fail', ['again'], { retries: 1, retryIntervalsSeconds })
      expect(await rq.run(call, 'pickle')).toMatchObject({ state: 'failed', message: 'again' })
      expect(await rq.redis.hget(`rq:job:${call.id}`, 'retries_left')).toBe('0')
    }
  })
})
