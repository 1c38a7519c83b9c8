import { dirname } from 'node:path'
import { declareSchedules } from '../app/schedules/declare-schedules.js'
import { startScheduling } from '../app/schedules/run-scheduler.js'
import { UsageError } from '../domain/errors.js'
import { InlineHost } from '../engine/hosts/inline-host.js'
import { inProcesses } from '../engine/hosts/process-host.js'
import type { StartHost } from '../engine/hosts/task-host.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { Worker } from '../engine/worker.js'
import { taskProgram } from '../project/task-program.js'
import type { EngineWorker, EngineWorkerOptions } from './engine.js'
import type { EngineParts } from './engine-parts.js'
import { parseWorkerOptions } from './worker-options.js'

/** Starts a worker of an engine. Throws UsageError if an option is wrong. */
export async function startWorker(parts: EngineParts, options: EngineWorkerOptions): Promise<EngineWorker> {
  const { store, clock, retention } = parts
  const { inline, graceMs, ...settings } = parseWorkerOptions(options)
  const pool = inline ? inlinePool(parts) : processPool(parts)
  const catalog = await pool.catalog
  const worker = await Worker.register(store, pool, clock, { ...settings, retention, redact: [], maxMemoryBytes: null })
  // Compiled modules are cached in files: a fresh process does not need the compiler's memory.
  if (catalog.hasCompiled) pool.replaceAll()
  worker.start()
  const scheduler = settings.scheduler ? await startScheduler(parts, pool, worker) : null
  let stopped: Promise<void> | null = null
  return {
    get id() {
      return worker.id
    },
    broken: worker.broken,
    stop() {
      stopped ??= Promise.all([scheduler?.stop(), worker.stop(graceMs)]).then(() => {})
      return stopped
    },
  }
}

function inlinePool({ clock, tasks, tasksFolder }: EngineParts): TaskPool {
  const start: StartHost = (emit) => new InlineHost(async () => tasks, [], clock, emit)
  const cwd = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  // Whoever may write to the store could otherwise run any command in the name of the server.
  return new TaskPool({ start, isInline: true, cwd, runsCommands: false }, clock, () => {})
}

function processPool({ clock, tasksFolder }: EngineParts): TaskPool {
  if (tasksFolder === null) {
    const what = 'startWorker(): task processes cannot load functions that were passed to createEngine'
    throw new UsageError('E_TASKS', what, 'pass { inline: true }, or the path of a task directory as tasks')
  }
  const program = taskProgram({ root: dirname(tasksFolder), tasksFolder, redact: [] }, null, null)
  return new TaskPool({ ...inProcesses(program, clock), runsCommands: false }, clock, () => {})
}

async function startScheduler({ store, clock, tasksFolder, retention }: EngineParts, pool: TaskPool, worker: Worker) {
  const root = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  const nothing = { store: null, redact: [], targets: new Map(), schedules: {} }
  const project = { ...nothing, root, tasksFolder: tasksFolder ?? root, retention }
  const catalog = await pool.catalog
  const warn = (what: string) => process.emitWarning(what, 'OffstageWarning')
  await declareSchedules({ project, redact: [], from: root }, { pool, catalog }, store, clock.now(), (event) => {
    if (event.kind !== 'schedules-declared') return
    for (const { name, fault } of event.changes) if (fault !== null) warn(`the schedule ${name} cannot fire: ${fault}`)
  })
  return startScheduling(store, (name) => pool.task(name), clock, worker.events)
}
