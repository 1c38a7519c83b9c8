import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import '../src/supported-node.js'
import { buildIfStale } from './build.js'
import type { Rounds } from './measure.js'
import { measureAll } from './measure-all.js'
import { type Options, readOptions, usage } from './options.js'
import { reportText } from './report.js'
import { targetsOf } from './targets.js'

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
  // For PostgreSQL, which refuses to run as root: its user must reach its files in there.
  chmodSync(folder, 0o711)
  // Each of the processes that run at a time listens: eight workers, their server, this.
  process.setMaxListeners(50)
  // After what runs in it has been ended, which may take it a moment.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
  // Their default would leave the folder behind, and so would that of a second one while the folder is removed.
  process.on('SIGINT', () => process.exit(130))
  process.on('SIGTERM', () => process.exit(143))
  // What the task processes compile goes with the rest, and what this user's projects have compiled is not used.
  process.env.OFFSTAGE_CACHE_DIR = join(folder, 'cache')
  const figures = await measureAll(options, packageRoot, folder, roundsIn(folder, options.rounds))
  const results = { ...figures, targets: targetsOf(figures) }
  const json = `${JSON.stringify(results, null, 2)}\n`
  writeFileSync(join(packageRoot, 'bench-results.json'), json)
  process.stdout.write(options.json ? json : reportText(results))
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
