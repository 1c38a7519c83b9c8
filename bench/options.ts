import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { EngineJobs } from './engine.js'
import type { PeerJobs } from './peers/peer.js'
import type { ScaleJobs } from './scale.js'
import type { TaskProcessJobs } from './task-processes.js'

const parts = ['store', 'engine', 'peers', 'tasks', 'pickup', 'scale', 'startup'] as const
export type Part = (typeof parts)[number]

export interface Options {
  readonly quick: boolean
  readonly json: boolean
  readonly parts: ReadonlySet<Part>
  /** Where the stores are made: on the disk that is to be measured. */
  readonly folder: string
  readonly jobs: EngineJobs
  readonly peerJobs: PeerJobs
  readonly taskProcessJobs: TaskProcessJobs
  readonly pickUps: number
  readonly scale: ScaleJobs
  readonly rounds: number
  readonly startUpRounds: number
}

export const usage = `npm run bench -- [--quick] [--only store|engine|peers|tasks|pickup|scale|startup]... [--folder FOLDER] [--json]
  --quick   few jobs and few runs, for a look whether all of it works
  --only    this part only, again for another; the engine's ratios need store too, those to peers measure the engine
  --folder  where the stores are made, on the disk to measure; else the system's folder for temporary files
  --json    JSON on stdout instead of tables
`

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
  const { quick, json } = values
  return {
    quick,
    json,
    parts: new Set(values.only.map(partOf)),
    folder: resolve(values.folder),
    jobs: quick
      ? { singly: 200, batched: 5_000, drained: 2_000, drainedOneByOne: 200 }
      : { singly: 2_000, batched: 20_000, drained: 20_000, drainedOneByOne: 10_000 },
    peerJobs: quick
      ? { singly: 200, batched: 2_000, drained: 2_000, drainedOneByOne: 200 }
      : { singly: 2_000, batched: 20_000, drained: 20_000, drainedOneByOne: 2_000 },
    taskProcessJobs: quick ? { noop: 2_000, busy: 40 } : { noop: 20_000, busy: 300 },
    pickUps: quick ? 50 : 300,
    scale: {
      // Half of the fewest: what a worker has claimed ahead when the clock stops must not be less there than elsewhere.
      drained: 5_000,
      drainedForMemory: 10_000,
      waiting: quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000],
      // A drain takes an eighth of a second, and one may be half as fast as the next.
      rounds: quick ? 2 : 30,
    },
    rounds: quick ? 2 : 5,
    startUpRounds: quick ? 3 : 15,
  }
}

function partOf(text: string): Part {
  const part = parts.find((candidate) => candidate === text)
  if (part === undefined) throw new Error(`--only ${text}: is none of ${parts.join(', ')}`)
  return part
}
