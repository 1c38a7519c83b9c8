import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import { type Rounds, type Spread, spreadOf } from '../measure.js'
import { childrenOf, cpuSeconds, peakMb, processesCanBeRead } from '../processes.js'
import type { Project } from '../projects.js'
import { storeAt, storeUrl } from '../systems/offstage.js'
import { startWorker } from '../systems/offstage-worker.js'
import { canSlowDown, type RunningServer, runServer, type SlowerBy } from './run-server.js'
import type { RunBy } from './server.js'

/** A web server that stores two jobs a request, beside the same server without an engine. */
export interface EmbeddedServer {
  readonly id: string
  readonly runBy: RunBy
  readonly slowerBy: SlowerBy
  /** All rounds together. */
  readonly requests: number
  readonly unanswered: number
  readonly jobsNotRun: number
  /** Of the event loop of the server. A timer of a millisecond measures it, so an idle one has a little over 1. */
  readonly delayP99Ms: Spread
  readonly delayMaxMs: Spread
  /** The delay at p99 over that of the server without an engine in the same round. */
  readonly overBareMs: Spread | null
  readonly answerP99Ms: Spread
  readonly serverCpuMs: Spread
  /** Null without an engine, and where there is no /proc. A request, as above. */
  readonly storeCpuMs: Spread | null
  readonly storePeakMb: number | null
}

interface Round {
  readonly requests: number
  readonly unanswered: number
  readonly jobsNotRun: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  readonly answerP99Ms: number
  readonly serverCpuMs: number
  readonly store: { readonly cpuMs: number; readonly peakMb: number } | null
}

interface Case {
  readonly id: string
  readonly runBy: RunBy
  readonly slowerBy: SlowerBy
}

const requestsPerSecond = 1_000
const connections = 100
const jobsPerRequest = 2
const warmUpSeconds = 1
const patienceMs = 60_000

const cases: readonly Case[] = [
  { id: 'bare', runBy: 'nobody', slowerBy: 0 },
  { id: 'inline', runBy: 'the server', slowerBy: 0 },
  { id: 'worker', runBy: 'a worker', slowerBy: 0 },
  { id: 'bare.slow', runBy: 'nobody', slowerBy: 20 },
  { id: 'inline.slow', runBy: 'the server', slowerBy: 20 },
]

/** Each case in turn, round after round, every other round backwards. */
export async function measureEmbedded(project: Project, seconds: number, rounds: Rounds): Promise<EmbeddedServer[]> {
  const chosen = canSlowDown() ? cases : cases.filter(({ slowerBy }) => slowerBy === 0)
  const measured = chosen.map((one) => ({ case: one, rounds: [] as Round[] }))
  for (let round = 1; round <= rounds.count; round++) {
    rounds.starting(round)
    for (const one of round % 2 === 1 ? measured : measured.toReversed()) {
      one.rounds.push(await rounds.inFolder((folder) => measureOne(project, storeUrl(folder), one.case, seconds)))
    }
  }
  return measured.map((one) => {
    const bare = measured.find(({ case: { runBy, slowerBy } }) => {
      return runBy === 'nobody' && slowerBy === one.case.slowerBy
    })
    return summary(one.case, one.rounds, one === bare ? null : (bare?.rounds ?? null))
  })
}

async function measureOne(project: Project, url: string, { runBy, slowerBy }: Case, seconds: number): Promise<Round> {
  const worker = runBy === 'a worker' ? await startWorker(project, url, []) : null
  await worker?.serve()
  const server = await runServer(project.packageRoot, url, runBy, slowerBy)
  try {
    const first = await load(server, warmUpSeconds)
    const round = await measureLoad(server, runBy, seconds)
    const expected = (answered(first) + round.answered) * jobsPerRequest
    return { ...round, jobsNotRun: runBy === 'nobody' ? 0 : await notRun(url, expected) }
  } finally {
    await server.stop()
    await worker?.stop()
  }
}

async function measureLoad(server: RunningServer, runBy: RunBy, seconds: number) {
  const [store] = runBy !== 'nobody' && processesCanBeRead ? childrenOf(server.pid) : []
  await fetch(`${server.url}/measure`, { method: 'POST' })
  const before = store === undefined ? 0 : cpuSeconds(store)
  const result = await load(server, seconds)
  const requests = seconds * requestsPerSecond
  const measured = (await (await fetch(`${server.url}/measured`)).json()) as Measured
  return {
    requests,
    answered: answered(result),
    unanswered: requests - answered(result),
    delayP99Ms: measured.p99Ms,
    delayMaxMs: measured.maxMs,
    answerP99Ms: result.latency.p99,
    serverCpuMs: measured.cpuMs / requests,
    store:
      store === undefined ? null : { cpuMs: ((cpuSeconds(store) - before) * 1_000) / requests, peakMb: peakMb(store) },
  }
}

interface Measured {
  readonly p99Ms: number
  readonly maxMs: number
  readonly cpuMs: number
}

function load({ url }: RunningServer, seconds: number): Promise<autocannon.Result> {
  return autocannon({
    url: `${url}/orders`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer: 'ada@example.org' }),
    connections,
    overallRate: requestsPerSecond,
    amount: seconds * requestsPerSecond,
  })
}

function answered(result: autocannon.Result): number {
  return result['2xx']
}

/** How many of these jobs have not completed when nothing happens any more. */
async function notRun(url: string, expected: number): Promise<number> {
  const store = await storeAt(url)
  try {
    const until = performance.now() + patienceMs
    for (;;) {
      const completed = (await store.statistics(null)).reduce((sum, task) => sum + task.completed, 0)
      if (completed >= expected || performance.now() > until) return expected - completed
      await sleep(100)
    }
  } finally {
    await store.close()
  }
}

function summary(one: Case, rounds: readonly Round[], bare: readonly Round[] | null): EmbeddedServer {
  const sum = (pick: (round: Round) => number) => rounds.reduce((total, round) => total + pick(round), 0)
  const spread = (pick: (round: Round) => number) => spreadOf(rounds.map(pick))
  const stores = rounds.flatMap(({ store }) => (store === null ? [] : [store]))
  const over = rounds.map(({ delayP99Ms }, round) => delayP99Ms - (bare?.[round]?.delayP99Ms ?? Number.NaN))
  return {
    ...one,
    requests: sum(({ requests }) => requests),
    unanswered: sum(({ unanswered }) => unanswered),
    jobsNotRun: sum(({ jobsNotRun }) => jobsNotRun),
    delayP99Ms: spread(({ delayP99Ms }) => delayP99Ms),
    delayMaxMs: spread(({ delayMaxMs }) => delayMaxMs),
    overBareMs: bare === null ? null : spreadOf(over),
    answerP99Ms: spread(({ answerP99Ms }) => answerP99Ms),
    serverCpuMs: spread(({ serverCpuMs }) => serverCpuMs),
    storeCpuMs: stores.length === 0 ? null : spreadOf(stores.map(({ cpuMs }) => cpuMs)),
    storePeakMb: stores.length === 0 ? null : Math.max(...stores.map(({ peakMb: peak }) => peak)),
  }
}
