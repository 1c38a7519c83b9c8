import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Queue } from 'bullmq'
import { plainEnvironment } from '../environment.js'
import { inBatches } from '../in-flight.js'
import type { Project } from '../projects.js'
import { addMany, storeAt } from '../systems/offstage.js'
import { startWorker } from '../systems/offstage-worker.js'
import type { SharedRedis } from './shared-redis.js'
import type { SideId } from './sides.js'

export type ScaledTask = 'noop' | 'wait'

/** Where the workers of a run are. */
export interface Place {
  readonly project: Project
  readonly redis: SharedRedis
  /** The address of Redis for the workers. */
  readonly host: string
  /** The words of a command by which the worker with this number is started. */
  startedBy(worker: number): readonly string[]
}

/** Workers that are ready, and jobs that wait until they may begin. */
export interface ScaledWorkers {
  /** The queue, as BullMQ calls it. */
  readonly queue: string
  begin(): Promise<void>
  stop(): Promise<void>
}

/** As a worker has unless it is told. */
const concurrency = 10
const program = fileURLToPath(new URL('./scaled-worker-program.ts', import.meta.url))

type Start = (place: Place, workers: number, task: ScaledTask, jobs: number) => Promise<ScaledWorkers>

export const startScaled: Readonly<Record<SideId, Start>> = { offstage: startOffstage, bullmq: startBullmq }

/** With one task process each: more of them would share the same cores. */
async function startOffstage(place: Place, count: number, task: ScaledTask, jobs: number): Promise<ScaledWorkers> {
  const url = `redis://${place.host}:${place.redis.port}`
  const store = await storeAt(url)
  await inBatches(jobs, 1_000, (numbers) => addMany(store, task, numbers))
  await store.close()
  const args = ['--concurrency', String(concurrency), '--processes', '1']
  const workers = await Promise.all(
    Array.from({ length: count }, (_, n) => startWorker(place.project, url, args, place.startedBy(n))),
  )
  return {
    queue: 'default',
    begin: async () => workers[0]?.serve(),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}

async function startBullmq(place: Place, count: number, task: ScaledTask, jobs: number): Promise<ScaledWorkers> {
  const { port } = place.redis
  const queue = new Queue('bench', { connection: { host: '127.0.0.1', port } })
  await queue.pause()
  await inBatches(jobs, 1_000, (numbers) => queue.addBulk(numbers.map((data) => ({ name: task, data }))))
  const kills: (() => Promise<unknown>)[] = []
  const ready = Array.from({ length: count }, async (_, n) => {
    const own = [process.execPath, ...process.execArgv, program, place.host, String(port), String(concurrency), task]
    const [command = '', ...words] = [...place.startedBy(n), ...own]
    const child = spawn(command, words, { env: plainEnvironment(), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const kill = () => child.kill('SIGKILL')
    process.prependListener('exit', kill)
    const exit = once(child, 'exit')
    kills.push(() => {
      kill()
      process.off('exit', kill)
      return exit
    })
    const ended = exit.then(([code]) => {
      throw new Error(`a worker of BullMQ ended with exit code ${code}`)
    })
    ended.catch(() => {}) // its end later on is the wanted one
    await Promise.race([once(child, 'message'), ended])
  })
  await Promise.all(ready)
  return {
    queue: 'bench',
    begin: () => queue.resume(),
    stop: async () => {
      await Promise.all(kills.map((kill) => kill()))
      await queue.close()
    },
  }
}
