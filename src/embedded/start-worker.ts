import { dirname } from 'node:path'
import { startScheduling } from '../app/schedules/run-scheduler.js'
import { messageWithHint, UsageError } from '../domain/errors.js'
import { inProcesses } from '../engine/hosts/process-host.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { Worker } from '../engine/worker.js'
import { taskProgram } from '../project/task-program.js'
import { declareTaskSchedules } from './declare-task-schedules.js'
import type { EngineWorker, EngineWorkerOptions } from './engine.js'
import type { EngineParts } from './engine-parts.js'
import { inlinePool } from './inline-pool.js'
import { warn } from './warn.js'
import { parseWorkerOptions, type WorkerChoice } from './worker-options.js'

/**
 * Starts a worker of an engine; `onStopped` is called when it has stopped. Throws UsageError if an option is wrong. If it
 * throws, nothing of it is left.
 */
export async function startWorker(
  parts: EngineParts,
  options: EngineWorkerOptions,
  onStopped: () => void,
): Promise<EngineWorker> {
  const { inline, graceMs, ...settings } = parseWorkerOptions(options)
  const pool = inline ? inlinePool(parts) : processPool(parts)
  const worker = await registerWorker(parts, pool, settings)
  worker.start()
  const scheduler = await startScheduler(parts, settings, pool, worker)
  let stopped: Promise<void> | null = null
  worker.broken.catch((thrown: unknown) => warn(`the worker ${worker.id} cannot go on: ${messageWithHint(thrown)}`))
  return {
    get id() {
      return worker.id
    },
    broken: worker.broken,
    stop() {
      stopped ??= Promise.all([scheduler?.stop(), worker.stop(graceMs)]).then(onStopped)
      return stopped
    },
  }
}

type Settings = Omit<WorkerChoice, 'inline' | 'graceMs'>

async function registerWorker({ store, clock, retention }: EngineParts, pool: TaskPool, settings: Settings) {
  try {
    const catalog = await pool.catalog
    const all = { ...settings, retention, redact: [], maxMemoryBytes: null, embedded: true }
    const worker = await Worker.register(store, pool, clock, all)
    // Compiled modules are cached in files: a fresh process does not need the compiler's memory.
    if (catalog.hasCompiled) pool.replaceAll()
    return worker
  } catch (thrown) {
    await pool.end()
    throw thrown
  }
}

async function startScheduler(parts: EngineParts, { scheduler }: Settings, pool: TaskPool, worker: Worker) {
  if (!scheduler) return null
  const { store, clock } = parts
  try {
    await declareTaskSchedules(parts, pool)
    return await startScheduling(store, (name) => pool.task(name), clock, worker.events)
  } catch (thrown) {
    await worker.abandon()
    throw thrown
  }
}

function processPool({ clock, tasksFolder }: EngineParts): TaskPool {
  if (tasksFolder === null) {
    const what = 'startWorker(): task processes cannot load functions that were passed to createEngine'
    throw new UsageError('E_TASKS', what, 'pass { inline: true }, or the path of a task directory as tasks')
  }
  const program = taskProgram({ root: dirname(tasksFolder), tasksFolder, redact: [] }, null, null)
  return new TaskPool({ ...inProcesses(program, clock), runsCommands: false }, clock, () => {})
}
