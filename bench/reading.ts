import { join } from 'node:path'
import { prometheusMetrics } from '../src/app/metrics/prometheus-metrics.js'
import { systemClock } from '../src/engine/clock.js'
import { parseStoreUrl } from '../src/open.js'
import { timesOf } from './commands.js'
import { plainEnvironment } from './environment.js'
import { spreadOf } from './measure.js'
import { makeProject } from './projects.js'
import { storeAt } from './systems/offstage.js'

/** What a look at a full store costs over the same look at an empty one, in the median of rounds in turn. */
export interface Reading {
  readonly title: string
  readonly overEmptyMs: number
}

export interface Readings {
  readonly commands: readonly Reading[]
  /** A scrape in the process of a worker. */
  readonly scrape: Reading
  /** The longest turn of the event loop in a scrape, in the median of the rounds: so long jobs of the worker had to wait. */
  readonly heldMs: number
}

const commands = [
  ['status'],
  ['metrics'],
  ['metrics', '--since', '1h'],
  ['health'],
  ['metrics', '--format', 'prometheus'],
]

export async function measureReadings(
  packageRoot: string,
  folder: string,
  empty: string,
  full: string,
  rounds: number,
): Promise<Readings> {
  const { root: cwd } = makeProject(packageRoot, join(folder, 'reading'), 'noop')
  const program = join(packageRoot, 'bin/run.js')
  const starts = commands.flatMap((words) =>
    // Of a full store, health is not good: that is no failure here.
    [empty, full].map((store) => ({
      title: words.join(' '),
      args: [program, ...words, '--store', store],
      cwd,
      mayFail: true,
    })),
  )
  const times = timesOf(starts, plainEnvironment(), rounds)
  const overEmpty = commands.map((words, index) => ({
    title: words.join(' '),
    overEmptyMs: medianDifference(times[2 * index] ?? [], times[2 * index + 1] ?? []),
  }))
  return { commands: overEmpty, ...(await measureScrapes(empty, full, rounds)) }
}

async function measureScrapes(empty: string, full: string, rounds: number) {
  const scrapes = [[], []] as { tookMs: number; heldMs: number }[][]
  const stores = await Promise.all([empty, full].map(storeAt))
  // The first rounds compile the code.
  for (let round = -5; round < rounds; round++) {
    for (const [index, url] of [empty, full].entries()) {
      const store = stores[index]
      if (store === undefined) continue
      const scrape = await watched(() => prometheusMetrics(store, parseStoreUrl(url, '/'), 'bench', systemClock))
      if (round >= 0) scrapes[index]?.push(scrape)
    }
  }
  for (const store of stores) await store.close()
  const [without = [], beside = []] = scrapes
  const took = (list: typeof without) => list.map(({ tookMs }) => tookMs)
  return {
    scrape: { title: 'scrape', overEmptyMs: medianDifference(took(without), took(beside)) },
    heldMs: spreadOf(beside.map(({ heldMs }) => heldMs)).median,
  }
}

/** Runs it beside a loop that notes each turn of the event loop. */
async function watched(use: () => Promise<unknown>) {
  const start = performance.now()
  let last = start
  let heldMs = 0
  const note = () => {
    heldMs = Math.max(heldMs, performance.now() - last)
    last = performance.now()
  }
  const ticking = { isOn: true }
  const tick = () => {
    note()
    if (ticking.isOn) setImmediate(tick)
  }
  setImmediate(tick)
  await use()
  const tookMs = performance.now() - start
  note()
  ticking.isOn = false
  return { tookMs, heldMs }
}

function medianDifference(without: readonly number[], beside: readonly number[]): number {
  return spreadOf(beside.map((ms, round) => ms - (without[round] ?? Number.NaN))).median
}
