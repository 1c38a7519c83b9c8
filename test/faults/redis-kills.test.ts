import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import type { Store } from '../../src/stores/store.js'
import { cliProject, eventually, type RunningCli } from '../support/cli.js'
import { newJob } from '../support/job.js'
import { ledgerTask, readLedger } from '../support/ledger.js'
import { RedisServer } from '../support/redis-server.js'
import { placesOf, redisStore } from '../support/redis-store.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const stormMs = long ? 20_000 : 6_000
const jobs = long ? 12_000 : 2_000
const workers = 3
const killEveryMs = 500
// Two lines, such as "S j12345 1 123456 123456".
const ledgerBytesPerJob = 50

// Every fifth job fails once, after it has noted its end.
const failing = ledgerTask.replace(
  '  return currentJob().attempt',
  "  if (fails && currentJob().attempt === 1) throw new Error('once')\n  return currentJob().attempt",
)
const project = cliProject({ 'tasks/work.mjs': failing.replace('work(waitMs)', 'work(waitMs, fails)') })

let server: RedisServer
let store: Store
beforeAll(async () => {
  server = await RedisServer.start()
  store = await redisStore(server.url)
})
afterAll(async () => {
  await store.close()
  await server.stop()
})

test(`Workers on one Redis are killed at random while they work (seed ${seed}): no job is lost, stuck, or ended twice.`, async () => {
  const random = newRandom()
  const running = new Set<RunningCli>()
  const ready = new Set<RunningCli>()
  const killed = new Set<number>()
  const endedAlone: string[] = []
  const startWorker = () => {
    const args = ['workers', 'start', '--concurrency', '16', '--no-scheduler', '--store', server.url]
    const worker = project.start(args)
    running.add(worker)
    void worker.says(/is ready/).then(() => ready.add(worker))
    void worker.ended.then(({ stderr }) => {
      running.delete(worker)
      if (!killed.has(worker.pid)) endedAlone.push(stderr)
    })
  }
  const acknowledged: string[] = []
  const backoff = { initialDelayMs: 1, maxDelayMs: 1, exponentialBackoff: false, factor: 1, jitter: false }
  const enqueue = async (count: number) => {
    const asked = Array.from({ length: count }, (_, index) =>
      newJob({ task: 'work', argsJson: JSON.stringify([4, index % 5 === 0]), maxRetries: 1, backoff }),
    )
    acknowledged.push(...(await store.enqueue(asked)).map(({ id }) => id))
  }

  const kills = Math.floor(stormMs / killEveryMs)
  const perKill = Math.ceil(jobs / kills)
  const ledgerSize = () => statSync(project.path('ledger.txt'), { throwIfNoEntry: false })?.size ?? 0
  let starts = 0
  for (let kill = 0; kill < kills; kill++) {
    while (running.size < workers) {
      startWorker()
      starts++
    }
    const begunAt = systemClock.monotonicMs()
    const amidst = ledgerSize() + random() * perKill * ledgerBytesPerJob
    await enqueue(perKill)
    // Somewhere amidst those jobs.
    while (ledgerSize() <= amidst && systemClock.monotonicMs() - begunAt < 30_000) await setTimeout(1)
    const victims = [...running].filter((worker) => ready.has(worker))
    const victim = victims[Math.floor(random() * victims.length)]
    if (victim === undefined) continue
    killed.add(victim.pid)
    running.delete(victim)
    victim.signal('SIGKILL')
    await setTimeout(Math.max(0, begunAt + killEveryMs - systemClock.monotonicMs()))
  }
  while (running.size < workers) startWorker()
  const { length } = acknowledged
  const completed = await waitForEnd(length)
  expect(completed).toEqual({ completed: length })
  expect(endedAlone).toEqual([])

  const ledger = readLedger(project)
  const attempts = (what: string) =>
    ledger.filter((line) => line.what === what).map(({ id, attempt }) => `${id} ${attempt}`)
  const [started, ended] = [attempts('S'), new Set(attempts('E'))]
  // An attempt runs in one process only, and only once.
  expect(started.length).toBe(new Set(started).size)
  const known = new Set(acknowledged)
  expect(ledger.filter(({ id }) => !known.has(id))).toEqual([])
  // What is stored of a job is what its last attempt returned, and that attempt came to its end.
  const faults: unknown[] = []
  for (const [index, id] of acknowledged.entries()) {
    const job = await store.job(id)
    const isGood = job?.resultJson === String(job?.attempt) && ended.has(`${id} ${job?.attempt}`) && job.failures <= 1
    if (!isGood) faults.push({ index, job })
  }
  expect(faults).toEqual([])
  const interrupted = started.filter((attempt) => !ended.has(attempt)).length
  // Counted once each.
  const [sum] = await store.statistics(null)
  expect(sum).toMatchObject({ task: 'work', completed: length, failed: 0 })
  console.log(
    `kills on Redis, seed ${seed}: ${kills} kills of ${starts} workers, ${length} jobs, ${interrupted} attempts interrupted`,
  )
  // A storm that interrupts nothing shows nothing.
  expect(interrupted).toBeGreaterThan(kills / 4)
  for (const worker of running) worker.signal('SIGTERM')
  await eventually(() => expect(running.size).toBe(0))
  expect(endedAlone.filter((stderr) => !stderr.includes('has stopped'))).toEqual([])
  expect(server.cli('KEYS', 'bull::run:*')).toBe('')
}, 180_000)

/** Where the jobs are when all have ended, or when nothing more happens for long. */
async function waitForEnd(count: number): Promise<Readonly<Record<string, number>>> {
  const until = systemClock.monotonicMs() + 60_000
  for (;;) {
    if (placesOf(server).completed === count || systemClock.monotonicMs() > until) return placesOf(server)
    await setTimeout(100)
  }
}
