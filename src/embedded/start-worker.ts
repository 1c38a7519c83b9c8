import { type Duration, parseDuration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { booleanOption, refuseUnknownOptions, written } from '../domain/options.js'
import { InlineHost } from '../engine/hosts/inline-host.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { Worker } from '../engine/worker.js'
import type { EngineWorker, EngineWorkerOptions } from './engine.js'
import type { EngineParts } from './engine-parts.js'

const defaultGrace: Duration = '30s'
const optionNames: readonly (keyof EngineWorkerOptions)[] = ['inline', 'concurrency', 'grace']

/** Starts a worker of an engine. Throws UsageError if an option is wrong. */
export async function startWorker(
  { store, clock, tasks, retention }: EngineParts,
  options: EngineWorkerOptions,
): Promise<EngineWorker> {
  refuseUnknownOptions(options, optionNames, 'startWorker()')
  if (!booleanOption(options.inline ?? false, 'inline')) {
    throw new UsageError('E_TASKS', 'startWorker(): task processes need a task directory', 'pass { inline: true }')
  }
  const concurrency = concurrencyOf(options.concurrency ?? 10)
  const graceMs = parseDuration(options.grace ?? defaultGrace, 'grace')
  const start = (emit: ConstructorParameters<typeof InlineHost>[3]) =>
    new InlineHost(async () => tasks, [], clock, emit)
  const pool = new TaskPool({ start, isInline: true, cwd: process.cwd() }, clock, () => {})
  const worker = await Worker.register(store, pool, clock, {
    queues: null,
    concurrency,
    processes: 1,
    redact: [],
    retention,
    maxMemoryBytes: null,
    scheduler: false,
  })
  worker.start()
  let stopped: Promise<void> | null = null
  return {
    get id() {
      return worker.id
    },
    broken: worker.broken,
    stop() {
      stopped ??= worker.stop(graceMs)
      return stopped
    },
  }
}

function concurrencyOf(value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value
  throw new UsageError('E_OPTION', `concurrency: ${written(value)} is not a whole number from 1 to 1000`)
}
