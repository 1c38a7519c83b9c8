import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { plainEnvironment } from './environment.js'

/** A worker as users start it: the built command, in a process of its own. */
export interface WorkerProcess {
  readonly pid: number
  /** Rejects if the process ends before it is told to. */
  readonly ended: Promise<never>
  stop(): Promise<void>
}

const startLimitMs = 60_000

/** Resolves when the worker says that it is ready. */
export async function startWorker(
  packageRoot: string,
  project: string,
  args: readonly string[],
): Promise<WorkerProcess> {
  const program = join(packageRoot, 'bin/run.js')
  const child = spawn(process.execPath, [program, 'workers', 'start', ...args], {
    cwd: project,
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const exit = once(child, 'exit')
  const ended = exit.then(() => {
    throw new Error(`workers start ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`)
  })
  ended.catch(() => {}) // whoever waits for it hears it
  await Promise.race([ready(child), ended])
  return {
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await exit
      process.off('exit', kill)
    },
  }
}

/** The lines after it are read too: a full pipe would hold the worker up. */
function ready(child: ChildProcess): Promise<void> {
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
