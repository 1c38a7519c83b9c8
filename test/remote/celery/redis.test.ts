import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { CeleryCall } from '../../../src/remote/celery/message.js'
import { RedisBroker } from '../../../src/remote/celery/redis-broker.js'
import { RedisControl } from '../../../src/remote/celery/redis-control.js'
import { RedisResults } from '../../../src/remote/celery/redis-results.js'
import type { CeleryState } from '../../../src/remote/celery/result.js'
import { long } from '../../faults/settings.js'
import { CeleryWorker, celeryVersion } from '../../support/celery-worker.js'
import { RedisServer } from '../../support/redis-server.js'

const seed = Number(process.env.OFFSTAGE_SEED ?? Math.floor(Math.random() * 1e6))
const soon = { timeout: 20_000, interval: 20 }
const finals: readonly CeleryState['kind'][] = ['success', 'failure', 'revoked']

describe.skipIf(celeryVersion === null)(`Celery ${celeryVersion ?? '(python3-celery is missing)'} on Redis`, () => {
  let server: RedisServer
  let worker: CeleryWorker
  let client: Redis
  let broker: RedisBroker
  let results: RedisResults
  let control: RedisControl
  beforeAll(async () => {
    server = await RedisServer.start()
    client = new Redis(server.port, '127.0.0.1')
    const redis = {
      command: (name: string, ...args: (string | number | Buffer)[]) => client.call(name, ...args.map(String)),
    }
    broker = new RedisBroker(redis, systemClock)
    results = new RedisResults(redis)
    control = new RedisControl(redis, 0, systemClock)
    worker = await CeleryWorker.start(`${server.url}/0`)
  }, 30_000)
  afterAll(async () => {
    await worker?.stop()
    client?.disconnect()
    await server?.stop()
  })

  function call(task: string, args: readonly unknown[] = [], more: Partial<CeleryCall> = {}): CeleryCall {
    const id = randomUUID()
    const limits = { hard: null, soft: null }
    const plain = { kwargs: {}, eta: null, expiresAt: null, limits, ignoreResult: false, origin: '1@test' }
    return { id, task, args, ...plain, ...more }
  }

  /** The states that were seen, the last of them final. */
  async function followed(id: string): Promise<readonly CeleryState[]> {
    const seen: CeleryState[] = []
    const look = async () => {
      const state = (await results.read([id])).get(id)
      if (state !== undefined && JSON.stringify(state) !== JSON.stringify(seen.at(-1))) seen.push(state)
      return finals.includes(seen.at(-1)?.kind ?? 'started')
    }
    await expect.poll(look, soon).toBe(true)
    return seen
  }

  async function endOf(task: string, args: readonly unknown[] = [], more: Partial<CeleryCall> = {}) {
    const sent = call(task, args, more)
    expect(await broker.send(sent, 'celery')).toBe(true)
    return (await followed(sent.id)).at(-1)
  }

  test('A task runs, and its result is read.', async () => {
    expect(await endOf('demo.add', [2, 3])).toEqual({ kind: 'success', resultJson: '5' })
  })

  test('Keyword arguments, texts of all kinds and nested values come back as they were.', async () => {
    const args = ['é', '😀', 'a"b\'c\\', 'one\ntwo', '\u0000', { a: [1, { b: null }], c: {} }, [], 1.5, -3, true]
    const kwargs = { name: 'Ada', 'two words': ['x'] }
    expect(await endOf('demo.echo', args, { kwargs })).toEqual({
      kind: 'success',
      resultJson: JSON.stringify([args, kwargs]),
    })
  })

  test('A megabyte comes back.', async () => {
    const text = 'x'.repeat(1_000_000)
    expect(await endOf('demo.echo', [text])).toEqual({ kind: 'success', resultJson: JSON.stringify([[text], {}]) })
  })

  test('An exception has its class, its message and its traceback, with the cause.', async () => {
    expect(await endOf('demo.fail', ['no'])).toEqual({
      kind: 'failure',
      error: { name: 'ValueError', message: 'no', traceback: expect.stringContaining('ValueError: no') },
    })
    expect(await endOf('demo.caused')).toMatchObject({
      error: { name: 'RuntimeError', traceback: expect.stringMatching(/KeyError: 'inner'[\s\S]*RuntimeError: outer/) },
    })
  })

  test.each([
    ['a task that nobody has', 'demo.nope', [], {}, 'celery.exceptions.NotRegistered'],
    ['arguments that do not fit', 'demo.add', [1], {}, 'TypeError'],
    ['a process that dies', 'demo.crash', [], {}, 'billiard.exceptions.WorkerLostError'],
    [
      'a time limit',
      'demo.sleep',
      [30],
      { limits: { hard: 500, soft: null } },
      'billiard.exceptions.TimeLimitExceeded',
    ],
    [
      'a soft limit',
      'demo.sleep',
      [30],
      { limits: { hard: null, soft: 500 } },
      'billiard.exceptions.SoftTimeLimitExceeded',
    ],
  ] as const)('%s ends as a failure with its class.', async (_, task, args, more, name) => {
    expect(await endOf(task, args, more)).toMatchObject({ kind: 'failure', error: { name } })
  })

  test('Retries of a task are seen, and its result after them.', async () => {
    const sent = call('demo.flaky', [2])
    await broker.send(sent, 'celery')
    const seen = await followed(sent.id)
    expect(seen).toContainEqual(expect.objectContaining({ kind: 'retry' }))
    expect(seen.at(-1)).toEqual({ kind: 'success', resultJson: '3' })
  })

  test('A state of its own is told with its data.', async () => {
    const sent = call('demo.progress')
    await broker.send(sent, 'celery')
    expect(await followed(sent.id)).toContainEqual({
      kind: 'custom',
      state: 'PROGRESS',
      meta: { current: 1, total: 3 },
    })
  })

  test('Numbers that JSON does not have become texts.', async () => {
    const end = await endOf('demo.numbers')
    expect(end).toEqual({ kind: 'success', resultJson: '{"nan":"NaN","most":"Infinity","text":"NaN"}' })
  })

  test('A task for later never starts too early; one that has expired is revoked.', async () => {
    const eta = Date.now() + 1_500
    const sent = call('demo.add', [1, 1], { eta })
    await broker.send(sent, 'celery')
    expect((await followed(sent.id)).at(-1)).toMatchObject({ kind: 'success' })
    expect(Date.now()).toBeGreaterThanOrEqual(eta)
    expect(await endOf('demo.add', [1, 1], { expiresAt: Date.now() - 1_000 })).toEqual({
      kind: 'revoked',
      why: 'expired',
    })
  })

  test('What is sent twice by one id runs once.', async () => {
    const sent = call('demo.mark', ['once'])
    expect([await broker.send(sent, 'celery'), await broker.send(sent, 'celery')]).toEqual([true, false])
    await followed(sent.id)
    await broker.send(call('demo.mark', ['after']), 'celery')
    await expect.poll(() => worker.ran, soon).toContain('after')
    expect(worker.ran.filter((text) => text === 'once')).toEqual(['once'])
  })

  test('A task in a queue that nobody serves waits there, and can be taken back.', async () => {
    const sent = call('demo.mark', ['never'])
    await broker.send(sent, 'unserved')
    await broker.send(call('demo.mark', ['other']), 'unserved', 5)
    expect(await broker.depth('unserved')).toBe(2)
    expect([await broker.withdraw('unserved', sent.id), await broker.withdraw('unserved', sent.id)]).toEqual([
      true,
      false,
    ])
    expect(await broker.depth('unserved')).toBe(1)
    expect((await results.read([sent.id])).get(sent.id)).toEqual({ kind: 'revoked', why: 'revoked' })
  })

  test('Workers answer who they are and what they know.', async () => {
    const ask = (method: string, destination: readonly string[] | null = null) =>
      control.ask({ method, args: {}, destination }, 5_000)
    expect([...(await ask('ping'))]).toEqual([[worker.name, { ok: 'pong' }]])
    expect((await ask('registered')).get(worker.name)).toContain('demo.add')
    expect([...(await ask('ping', ['none@demo']))]).toEqual([])
  })

  test('A running task is revoked, with its process.', async () => {
    const sent = call('demo.sleep', [30])
    await broker.send(sent, 'celery')
    await expect.poll(async () => (await results.read([sent.id])).get(sent.id)?.kind, soon).toBe('started')
    const args = { task_id: sent.id, terminate: true, signal: 'SIGKILL' }
    expect(await control.tell({ method: 'revoke', args, destination: null })).toBe(1)
    expect((await followed(sent.id)).at(-1)).toEqual({ kind: 'revoked', why: 'terminated' })
  })

  test.each([
    [{ args: [{ __type__: 'nonsense', __value__: 1 }] }, /__type__/],
    [{ eta: 1e18 }, /no time/],
  ] as const)('%j is refused before anything is sent.', async (more, said) => {
    await expect(broker.send(call('demo.add', [], more), 'celery')).rejects.toThrow(said)
  })

  test(`Whatever is sent (seed ${seed}), the worker lives, and what it was sent ends or was refused.`, async () => {
    const hostile = fc.record({
      task: fc.oneof(
        fc.constantFrom('demo.add', 'demo.echo', '', ' ', '__class__', 'celery.backend_cleanup'),
        fc.string(),
      ),
      args: fc.array(fc.jsonValue(), { maxLength: 3 }),
      kwargs: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('self', '__type__', '')), fc.jsonValue(), {
        maxKeys: 2,
      }),
      eta: fc.option(fc.constantFrom(0, -1, 1, Date.now(), Number.NaN, 8.64e15)),
      expiresAt: fc.option(fc.constantFrom(0, -1, Date.now() + 3_600_000, Number.NaN, -8.64e15)),
      limits: fc.record({
        hard: fc.option(fc.constantFrom(0, -1, 0.5, 1e20, Number.NaN, Number.POSITIVE_INFINITY)),
        soft: fc.option(fc.constantFrom(0, -1, 0.5, 1e20, Number.NaN)),
      }),
      ignoreResult: fc.boolean(),
      origin: fc.string(),
    })
    const calls = fc.sample(hostile, { numRuns: long ? 5_000 : 150, seed }).map((odd) => ({ ...odd, id: randomUUID() }))
    const sent: CeleryCall[] = []
    for (const call of calls) {
      try {
        await broker.send(call, 'celery', Math.floor(Math.random() * 10))
        sent.push(call)
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'E_REMOTE' })
      }
    }
    const waiting = new Set(sent.filter(({ ignoreResult }) => !ignoreResult).map(({ id }) => id))
    await expect
      .poll(
        async () => {
          for (const [id, { kind }] of await results.read([...waiting])) if (finals.includes(kind)) waiting.delete(id)
          expect(worker.isAlive).toBe(true)
          return sent.filter(({ id }) => waiting.has(id))
        },
        { timeout: long ? 300_000 : 40_000, interval: 200 },
      )
      .toEqual([])
    expect(await endOf('demo.add', [1, 1])).toEqual({ kind: 'success', resultJson: '2' })
  }, 360_000)
})
