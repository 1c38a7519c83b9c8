import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/stores/store.js'
import { plainEnvironment } from '../environment.js'
import type { Project } from '../projects.js'
import { storeAt } from './offstage.js'
import type { SystemWorker } from './system.js'

const startLimitMs = 60_000
// What a worker does after it has said that it is ready, such as its first sweep.
const settleMs = 200
const queue = ['default']

/**
 * A worker as users start it: the built command, in a process of its own. The queue is paused until it is to run jobs:
 * so it is ready, its task process too, before the first job. The benchmark sees in the store how far it is. `startedBy`:
 * the words of a command that becomes the worker.
 */
export async function startWorker(
  project: Project,
  url: string,
  args: readonly string[],
  startedBy: readonly string[] = [],
): Promise<SystemWorker> {
  const store = await storeAt(url)
  await store.pauseQueues(queue)
  const command = [process.execPath, join(project.packageRoot, 'bin/run.js'), 'workers', 'start', '--store', url]
  const [program = '', ...words] = [...startedBy, ...command, ...args]
  const child = spawn(program, words, {
    cwd: project.root,
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.prependListener('exit', kill)
  const exit = once(child, 'exit')
  const ended = exit.then(() => {
    throw new Error(`workers start ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`)
  })
  ended.catch(() => {}) // whoever waits for it hears it
  await Promise.race([isReady(child), ended])
  await sleep(settleMs)
  return {
    pid: child.pid ?? 0,
    drain: async (count) => {
      const before = await completed(store)
      const start = performance.now()
      await store.resumeQueues(queue)
      await Promise.race([haveCompleted(store, before, count), ended])
      const spentMs = performance.now() - start
      await store.pauseQueues(queue)
      return spentMs
    },
    serve: async () => {
      await store.resumeQueues(queue)
    },
    stop: async () => {
      child.kill('SIGTERM')
      await exit
      process.off('exit', kill)
      await store.close()
    },
  }
}

/** The lines after it are read too: a full pipe would hold the worker up. */
function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('workers start was not ready in time')), startLimitMs)
    if (child.stderr === null) return
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.includes(' is ready')) return
      clearTimeout(late)
      resolve()
    })
  })
}

/** Looks more often the nearer the end is: each look takes a little from the worker, and a late one from the figure. */
async function haveCompleted(store: Store, before: number, count: number): Promise<void> {
  const start = performance.now()
  for (;;) {
    const done = (await completed(store)) - before
    if (done >= count) return
    const leftMs = done === 0 ? 10 : ((performance.now() - start) / done) * (count - done)
    await sleep(Math.min(Math.max(leftMs / 2, 1), 250))
  }
}

async function completed(store: Store): Promise<number> {
  return (await store.statistics(null)).reduce((sum, task) => {
    // A job that fails fast must not look like speed.
    if (task.failed > 0) throw new Error(`${task.failed} jobs of ${task.task} failed`)
    return sum + task.completed
  }, 0)
}
