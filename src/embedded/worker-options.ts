import { availableParallelism } from 'node:os'
import { parseDuration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { queueName } from '../domain/names.js'
import { booleanOption, refuseUnknownOptions, written } from '../domain/options.js'
import { type QueueChoice, refuseTwins } from '../domain/queues.js'
import type { EngineWorkerOptions } from './engine.js'

const names: readonly (keyof EngineWorkerOptions)[] = [
  'inline',
  'concurrency',
  'queues',
  'strict',
  'processes',
  'scheduler',
  'grace',
]

/** The options of a worker, checked and complete. */
export interface WorkerChoice {
  readonly inline: boolean
  readonly concurrency: number
  readonly queues: QueueChoice
  readonly processes: number
  readonly scheduler: boolean
  readonly graceMs: number
}

/** Throws UsageError that names the option. */
export function parseWorkerOptions(options: EngineWorkerOptions): WorkerChoice {
  refuseUnknownOptions(options, names, 'startWorker()')
  return {
    inline: booleanOption(options.inline ?? false, 'inline'),
    concurrency: wholeNumber(options.concurrency ?? 10, 'concurrency'),
    queues: queueChoice(options.queues, booleanOption(options.strict ?? false, 'strict')),
    processes: wholeNumber(options.processes ?? availableParallelism(), 'processes'),
    scheduler: booleanOption(options.scheduler ?? true, 'scheduler'),
    graceMs: parseDuration(options.grace ?? '30s', 'grace'),
  }
}

function wholeNumber(value: number, option: string): number {
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value
  throw new UsageError('E_OPTION', `${option}: ${written(value)} is not a whole number from 1 to 1000`)
}

function queueChoice(queues: EngineWorkerOptions['queues'], strict: boolean): QueueChoice {
  if (queues === undefined && !strict) return null
  if (strict && !Array.isArray(queues)) {
    throw new UsageError('E_QUEUES', 'strict: it needs a list of queues', "write queues: ['first', 'then']")
  }
  if (typeof queues !== 'object' || queues === null) {
    throw new UsageError('E_QUEUES', `queues: ${written(queues)} is neither a list of names nor weights by name`)
  }
  const weights = Array.isArray(queues) ? queues.map((name) => [name, 1] as const) : Object.entries(queues)
  if (weights.length === 0) throw new UsageError('E_QUEUES', 'queues: there are none', 'leave it out for all queues')
  const shares = weights.map(([name, weight]) => ({
    name: queueName(name),
    weight: wholeNumber(weight, `queues.${name}`),
  }))
  refuseTwins(shares, 'queues')
  return { shares, strict }
}
