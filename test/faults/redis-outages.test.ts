import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isTemporary } from '../../src/domain/errors.js'
import type { Store } from '../../src/stores/store.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { newJob } from '../support/job.js'
import { ledgerTask, readLedger } from '../support/ledger.js'
import { RedisServer } from '../support/redis-server.js'
import { placesOf, redisStore } from '../support/redis-store.js'
import { SilentProxy } from '../support/silent-proxy.js'
import { long } from './settings.js'

let server: RedisServer
let way: SilentProxy
/** On another way than the processes of a test. */
let store: Store
let project: CliProject
beforeEach(async () => {
  server = await RedisServer.start()
  way = await SilentProxy.start(server.port)
  store = await redisStore(server.url)
  project = cliProject({ 'tasks/work.mjs': ledgerTask, 'tasks/tick.mjs': 'export default () => {}\n' })
})
afterEach(async () => {
  await store.close()
  way.close()
  await server.stop()
})

const workerArgs = (url: string) => ['workers', 'start', '--concurrency', '8', '--store', url]

async function ready(url: string, ...more: readonly string[]) {
  const worker = project.start([...workerArgs(url), ...more])
  const [, id = ''] = await worker.says(/worker (w\d+) is ready/)
  return { worker, id }
}

async function enqueue(count: number, waitMs: number): Promise<readonly string[]> {
  const asked = Array.from({ length: count }, () => newJob({ task: 'work', argsJson: `[${waitMs}]` }))
  return (await store.enqueue(asked)).map(({ id }) => id)
}

const attemptsOf = (what: 'S' | 'E', ids: readonly string[]) =>
  readLedger(project)
    .filter((line) => line.what === what && ids.includes(line.id))
    .map(({ id, attempt }) => `${id} ${attempt}`)

/** All of them have completed, each with one attempt. */
async function expectOnce(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await eventually(async () => expect(await store.job(id)).toMatchObject({ state: 'completed' }))
    expect(await store.job(id)).toMatchObject({ attempt: 1, losses: 0, failures: 0 })
  }
  expect(attemptsOf('S', ids).toSorted()).toEqual(ids.map((id) => `${id} 1`).toSorted())
  expect(attemptsOf('E', ids).toSorted()).toEqual(ids.map((id) => `${id} 1`).toSorted())
}

const silenceMs = long ? 10_000 : 7_000

test('After a network that was silent for longer than a command waits, a worker, its scheduler and a run go on.', async () => {
  const env = { OFFSTAGE_STORE: way.url }
  expect(await project.run(['schedule', 'tick', '--every', '1s'], { env })).toMatchObject({
    exitCode: 0,
  })
  const { worker } = await ready(way.url)
  // Some end amidst the silence, one after it.
  const ids = [...(await enqueue(3, 2_000)), ...(await enqueue(1, silenceMs + 2_000))]
  const waiting = project.start(['run', 'work', `${silenceMs + 1_000}`], { env })
  await eventually(() => expect(readLedger(project).filter(({ what }) => what === 'S')).toHaveLength(5))
  way.silence()
  await setTimeout(silenceMs)
  way.release()
  await expectOnce(ids)
  expect(await waiting.ended).toMatchObject({ stdout: '1\n', exitCode: 0 })
  const fired = placesOf(server).completed ?? 0
  await eventually(() => expect(placesOf(server).completed ?? 0).toBeGreaterThan(fired))
  await expectOnce(await enqueue(5, 1))
  worker.signal('SIGTERM')
  const { stderr, exitCode } = await worker.ended
  expect(exitCode).toBe(0)
  expect(stderr).not.toMatch(/its end was refused|was not heard of/)
}, 120_000)

test.runIf(long)(
  'A worker that was cut off for longer than its lease has lost its jobs, says so, and works on.',
  async () => {
    const { worker, id } = await ready(way.url, '--no-scheduler')
    const ids = await enqueue(4, 40_000)
    await eventually(() => expect(attemptsOf('S', ids)).toHaveLength(4))
    way.silence()
    const { worker: other, id: otherId } = await ready(server.url, '--no-scheduler')
    // The lease of 30 s ends. Nobody here can see that the worker lives: it is told by its lease alone.
    await expect.poll(() => attemptsOf('S', ids).length, { timeout: 60_000, interval: 200 }).toBe(8)
    way.release()
    await worker.says(new RegExp(`worker ${id} was not heard of for too long and lost its jobs; it goes on as w\\d+`))
    for (const job of ids) {
      await expect.poll(async () => (await store.job(job))?.state, { timeout: 60_000, interval: 500 }).toBe('completed')
      expect(await store.job(job)).toMatchObject({ worker: otherId, attempt: 2, losses: 1, resultJson: '2' })
    }
    other.signal('SIGTERM')
    expect((await other.ended).exitCode).toBe(0)
    await expectOnce(await enqueue(3, 1))
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  },
  180_000,
)

test('A server that is frozen under a worker for 6 s costs no attempt.', async () => {
  const { worker } = await ready(server.url, '--no-scheduler')
  const ids = [...(await enqueue(4, 1_000)), ...(await enqueue(2, 7_000)), ...(await enqueue(20, 10))]
  await eventually(() => expect(attemptsOf('S', ids).length).toBeGreaterThan(5))
  server.freeze()
  await setTimeout(6_000)
  server.thaw()
  await expectOnce(ids)
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}, 60_000)

test.runIf(long)(
  'A run in the foreground goes on while Redis is silent for longer than a lease, and says how its job ended.',
  async () => {
    const run = (ms: number) => project.start(['run', 'work', String(ms)], { env: { OFFSTAGE_STORE: server.url } })
    // One ends amidst the silence, one after it.
    const runs = [run(20_000), run(45_000)]
    await eventually(() => expect(readLedger(project).filter(({ what }) => what === 'S')).toHaveLength(2))
    server.freeze()
    await setTimeout(38_000)
    server.thaw()
    for (const { ended } of runs) expect(await ended).toMatchObject({ stdout: '1\n', exitCode: 0 })
    await expectOnce(['j1', 'j2'])
  },
  120_000,
)

test('A server that is frozen when a command begins ends it with exit code 6 within 5 s.', async () => {
  server.freeze()
  const startedAt = performance.now()
  const { exitCode, stderr } = await project.run(['run', 'work', '1', '--detach', '--store', server.url])
  server.thaw()
  expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining('it does not answer') })
  expect(performance.now() - startedAt).toBeLessThan(5_000)
}, 60_000)

test('While Redis is down for 3 s producers wait and succeed; while it is down for long they hear it in time.', async () => {
  const longest = { succeeded: 0, refused: 0 }
  const ask = async () => {
    const startedAt = performance.now()
    try {
      await store.enqueue([newJob({ queue: 'other' })])
      longest.succeeded = Math.max(longest.succeeded, performance.now() - startedAt)
      return true
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown
      expect(thrown.hint).toContain('it may have been stored')
      longest.refused = Math.max(longest.refused, performance.now() - startedAt)
      return false
    }
  }
  await server.kill()
  const asked = Array.from({ length: 50 }, ask)
  await setTimeout(2_500)
  await server.restart()
  const answers = await Promise.all(asked)
  await server.kill()
  const refused = await Promise.all(Array.from({ length: 50 }, ask))
  console.log(
    `Redis down: answered after ${Math.round(longest.succeeded)} ms, refused after ${Math.round(longest.refused)} ms`,
  )
  expect(answers).toEqual(answers.map(() => true))
  expect(refused).toEqual(refused.map(() => false))
  expect(longest.refused).toBeLessThan(6_000)
}, 60_000)
