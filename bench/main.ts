import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import '../src/supported-node.js'
import type { TaskProgram } from '../src/engine/hosts/process-host.js'
import { buildIfStale } from './build.js'
import { drains, enqueues } from './engine.js'
import { machineFacts } from './machine.js'
import { type Measurement, measureInRounds, type Rounds } from './measure.js'
import { type Options, type Part, readOptions, usage } from './options.js'
import { comparePeers, peerMeasurements } from './peers.js'
import { measurePickUp } from './pick-up.js'
import { noopProgram } from './projects.js'
import { rawCompletions, rawInserts } from './raw-floor.js'
import { reportText } from './report.js'
import { compare, type Results } from './results.js'
import { measureScale } from './scale.js'
import { measureStartUp } from './startup.js'
import { measureTaskProcesses } from './task-processes.js'

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..')

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(usage)
  else await bench(options)
} catch (thrown) {
  process.stderr.write(`error: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exitCode = 1
}

async function bench(options: Options): Promise<void> {
  buildIfStale(packageRoot)
  const folder = mkdtempSync(join(options.folder, 'offstage-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Their default would leave the folder behind.
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  // What the task processes compile goes with the rest.
  process.env.OFFSTAGE_CACHE_DIR = join(folder, 'cache')
  const results = await measure(options, folder)
  const json = `${JSON.stringify(results, null, 2)}\n`
  writeFileSync(join(packageRoot, 'bench-results.json'), json)
  process.stdout.write(options.json ? json : reportText(results))
}

async function measure(options: Options, folder: string): Promise<Results> {
  const { parts, quick } = options
  const machine = machineFacts(folder)
  const program = noopProgram(packageRoot, join(folder, 'noop'))
  const rounds = roundsIn(folder, options.rounds)
  const rates = await measureInRounds(ratedBy(options, program), rounds)
  const engine = rates.filter(({ id }) => id.startsWith('engine'))
  const raw = rates.filter(({ id }) => /^raw\./.test(id))
  const told = <T>(part: Part, title: string, use: () => Promise<T>) => {
    if (!parts.has(part)) return null
    process.stderr.write(`${title}\n`)
    return use()
  }
  return {
    machine,
    quick,
    raw,
    engine: parts.has('engine') ? compare(engine, raw) : [],
    peers: parts.has('peers') ? comparePeers(rates) : null,
    taskProcesses: await told('tasks', 'task processes', () =>
      measureTaskProcesses(packageRoot, folder, program, options.taskProcessJobs, rounds),
    ),
    pickUp: await told('pickup', 'pick-up', () => measurePickUp(packageRoot, folder, options.pickUps, rounds)),
    scale: await told('scale', 'scale', () => measureScale(packageRoot, folder, program, options.scale)),
    startUp:
      (await told('startup', 'start-up', () => measureStartUp(packageRoot, folder, options.startUpRounds))) ?? [],
  }
}

/** Each beside its floor, also in time. Peers need the engine to be told from. */
function ratedBy({ parts, jobs, peerJobs }: Options, program: TaskProgram): Measurement[] {
  const only = (wanted: boolean, measurements: () => readonly Measurement[]) => (wanted ? measurements() : [])
  const store = parts.has('store')
  const engine = parts.has('engine') || parts.has('peers')
  return [
    ...alternating(
      only(store, () => rawInserts(jobs)),
      only(engine, () => enqueues(jobs, 'full')),
    ),
    ...only(engine, () => enqueues(jobs, 'relaxed')),
    ...alternating(
      only(store, () => rawCompletions(jobs)),
      only(engine, () => drains(program, jobs, 'full')),
    ),
    ...only(engine, () => drains(program, jobs, 'relaxed')),
    ...only(parts.has('peers'), () => peerMeasurements(peerJobs)),
  ]
}

function alternating<T>(first: readonly T[], second: readonly T[]): T[] {
  const length = Math.max(first.length, second.length)
  return Array.from({ length }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((item) => item !== undefined)
}

function roundsIn(folder: string, count: number): Rounds {
  return {
    count,
    inFolder: async (use) => {
      const own = join(folder, 'run')
      mkdirSync(own)
      try {
        return await use(own)
      } finally {
        rmSync(own, { recursive: true, force: true })
      }
    },
    starting: (round) => process.stderr.write(round === 0 ? 'warm-up\n' : `round ${round} of ${count}\n`),
  }
}
