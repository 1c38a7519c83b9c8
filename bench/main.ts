import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildIfStale } from './build.js'
import { engineMeasurements } from './engine.js'
import { machineFacts } from './machine.js'
import { type Measurement, measureInRounds, type Rate, type Rounds } from './measure.js'
import { type Options, readOptions, usage } from './options.js'
import { noopProgram } from './projects.js'
import { rawMeasurements } from './raw-floor.js'
import { reportText } from './report.js'
import { compare, type Results } from './results.js'
import { measureStartUp } from './startup.js'

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..')

const options = readOptions(process.argv.slice(2))
if (options === 'help') process.stdout.write(usage)
else await bench(options)

async function bench(options: Options): Promise<void> {
  buildIfStale(packageRoot)
  const folder = mkdtempSync(join(options.folder, 'offstage-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.once('SIGINT', () => process.exit(130))
  // What the task processes compile goes with the rest.
  process.env.OFFSTAGE_CACHE_DIR = join(folder, 'cache')
  const results = await measure(options, folder)
  const json = `${JSON.stringify(results, null, 2)}\n`
  writeFileSync(join(packageRoot, 'bench-results.json'), json)
  process.stdout.write(options.json ? json : reportText(results))
}

async function measure(options: Options, folder: string): Promise<Results> {
  const { parts, jobs, quick } = options
  const raw = parts.has('store') ? rawMeasurements({ singly: jobs.singly, batched: jobs.batched }) : []
  const program = noopProgram(packageRoot, join(folder, 'noop'))
  const engine = parts.has('engine') ? engineMeasurements(program, jobs) : []
  const rates = await measureInRounds([...raw, ...engine], roundsIn(folder, options.rounds))
  const of = (measurements: readonly Measurement[]): Rate[] =>
    rates.filter(({ id }) => measurements.some((measurement) => measurement.id === id))
  if (parts.has('startup')) process.stderr.write('start-up\n')
  const startUp = parts.has('startup') ? await measureStartUp(packageRoot, folder, options.startUpRounds) : []
  return { machine: machineFacts(folder), quick, raw: of(raw), engine: compare(of(engine), of(raw)), startUp }
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
