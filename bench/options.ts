import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { MillionJobs } from './millions.js'
import type { JobCounts } from './queue-measurements.js'
import type { RedisScaleCounts } from './redis/measure-redis-scale.js'
import type { RunCounts } from './redis/runs.js'
import type { ScaleJobs } from './scale.js'

const parts = [
  'store',
  'engine',
  'peers',
  'tasks',
  'background',
  'pickup',
  'scale',
  'startup',
  'embedded',
  'redis',
  'redis-scale',
] as const
export type Part = (typeof parts)[number]

export interface Options {
  readonly quick: boolean
  readonly json: boolean
  readonly parts: ReadonlySet<Part>
  /** Where the stores are made: on the disk that is to be measured. */
  readonly folder: string
  readonly rounds: number
  readonly jobs: JobCounts
  readonly busyJobs: number
  readonly backgroundTasks: number
  /** Of each round. */
  readonly pickUps: number
  readonly scale: ScaleJobs
  readonly millions: MillionJobs
  readonly startUpRounds: number
  /** Of the load on each server. */
  readonly embeddedSeconds: number
  readonly redis: RunCounts
  readonly redisScale: RedisScaleCounts
}

export const usage = `npm run bench -- [--quick] [--only ${parts.join('|')}]... [--folder FOLDER] [--json]
  --quick   few jobs and one round, for a look whether all of it works
  --only    this part only, again for another; ratios to SQLite need store too, peers measures the engine as well
  --folder  where the stores are made, on the disk to measure; else the system's folder for temporary files
  --json    JSON on stdout instead of tables
`

const full = {
  rounds: 5,
  jobs: { singly: 2_000, batched: 20_000, drained: 20_000, drainedWarm: 100_000 },
  busyJobs: 1_000,
  backgroundTasks: 100_000,
  pickUps: 100,
  // A drain takes a fifth of a second, and one may be half as fast as the next.
  scale: { few: 10_000, many: 1_000_000, drained: 5_000, rounds: 25 },
  millions: { jobs: 1_000_000, drainedForMemory: 10_000, readingRounds: 15 },
  startUpRounds: 15,
  embeddedSeconds: 20,
  redis: { singly: 2_000, batched: 20_000, workedSingly: 5_000, worked: 20_000 },
  redisScale: { rounds: 3, noop: 20_000, waitPerWorker: 800 },
}

const quickly: typeof full = {
  rounds: 1,
  jobs: { singly: 100, batched: 2_000, drained: 2_000, drainedWarm: 5_000 },
  busyJobs: 50,
  backgroundTasks: 5_000,
  pickUps: 20,
  scale: { few: 2_000, many: 50_000, drained: 1_000, rounds: 1 },
  millions: { jobs: 50_000, drainedForMemory: 5_000, readingRounds: 2 },
  startUpRounds: 2,
  embeddedSeconds: 2,
  redis: { singly: 100, batched: 2_000, workedSingly: 200, worked: 2_000 },
  redisScale: { rounds: 1, noop: 2_000, waitPerWorker: 100 },
}

/** Reads the options. Throws if one is unknown or wrong. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [...parts] },
      folder: { type: 'string', default: tmpdir() },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { quick, json, only, folder } = values
  return { quick, json, parts: new Set(only.map(partOf)), folder: resolve(folder), ...(quick ? quickly : full) }
}

function partOf(text: string): Part {
  const part = parts.find((candidate) => candidate === text)
  if (part === undefined) throw new Error(`--only ${text}: is none of ${parts.join(', ')}`)
  return part
}
