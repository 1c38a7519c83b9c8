import { ratioOf } from './measure.js'
import type { Memory } from './millions.js'
import type { PickUp } from './pick-up.js'
import { redisGoals } from './redis/redis-goals.js'
import type { Figures } from './results.js'
import { rateId, type Work, works } from './systems/system.js'

interface Goal {
  readonly work: string
  readonly bound: 'at least' | 'at most'
  readonly target: number
  readonly unit: string
  /** null: not measured. */
  figure(figures: Figures): number | null
}

/** A goal and what became of it. */
export interface Target extends Omit<Goal, 'figure'> {
  readonly figure: number | null
  /** null: not measured. */
  readonly reached: boolean | null
}

export function targetsOf(figures: Figures): Target[] {
  return goals.map((goal) => {
    const figure = goal.figure(figures)
    const reached = figure === null ? null : goal.bound === 'at least' ? figure >= goal.target : figure <= goal.target
    return { ...goal, figure, reached }
  })
}

const readGoals: readonly Goal[] = [
  reads('status', 30),
  reads('metrics', 50),
  reads('metrics --since 1h', 50),
  reads('health', 50),
  reads('metrics --format prometheus', 50),
]

const goals: readonly Goal[] = [
  beside('drain.100', 'graphile-worker', 'Graphile Worker', 1.5),
  beside('drain.100', 'bullmq-everysec', 'BullMQ, everysec', 3),
  beside('drain.100', 'bee-queue-everysec', 'Bee-Queue, everysec', 1.8),
  beside('drain.10', 'graphile-worker', 'Graphile Worker', 1.2),
  beside('drain.1', 'graphile-worker', 'Graphile Worker', 1),
  ratio(
    'drain, warm, concurrency 100, over SQLite by itself, 100 a batch',
    ours('drain.warm'),
    'raw.complete.100',
    0.38,
  ),
  ratio('enqueue, one by one, over SQLite by itself', ours('enqueue.singly'), 'raw.insert.1', 0.85),
  beside('enqueue.in-flight', 'bee-queue-always', 'Bee-Queue, always', 2.5),
  ratio('enqueue, 100 in flight, over SQLite by itself, 100 a batch', ours('enqueue.in-flight'), 'raw.insert.100', 0.6),
  ratio('drain with very many waiting over few', 'scale.many', 'scale.few', 0.97),
  ratio('drain behind jobs of an unknown task over none', 'scale.unknown', 'scale.few', 0.9),
  ratio('jobs of 10 ms of work, default processes over one', 'busy.default', 'busy.one', 1.9),
  ratio('tasks in this process, BackgroundTasks over p-queue', 'background.tasks', 'background.p-queue', 0.33),
  atMost('pick-up at 20 jobs/s, p50', 1.5, 'ms', ({ pickUps }) => own(pickUps)?.p50Ms),
  atMost('pick-up at 20 jobs/s, p99', 4, 'ms', ({ pickUps }) => own(pickUps)?.p99Ms),
  atMost('CPU of worker and task process, a job', 1.2, 'ms', ({ pickUps }) => own(pickUps)?.cpuMsPerJob),
  atMost('CPU of an idle worker and task process', 0.4, '%', ({ pickUps }) => own(pickUps)?.idlePercent),
  delay('inline', 'a server that runs its jobs'),
  delay('worker', 'a server with a worker beside it'),
  delay('inline.slow', 'a server that runs its jobs, fsync 20 ms slower'),
  ...readGoals,
  atMost(
    'scrape with very many jobs over an empty store',
    50,
    'ms',
    ({ millions }) => millions?.readings.scrape.overEmptyMs,
  ),
  atMost('longest turn of the event loop in a scrape', 10, 'ms', ({ millions }) => millions?.readings.heldMs),
  atMost('peak memory of a worker, very many waiting', 85, 'MB', (figures) =>
    peak(figures, ({ workerMb }) => [workerMb]),
  ),
  atMost('peak memory of each task process', 80, 'MB', (figures) => peak(figures, (one) => one.taskProcessesMb)),
  atMost('status, no store yet, over node -e 0', 70, 'ms', startUp('status.empty')),
  atMost('status, 1,000 jobs, over node -e 0', 70, 'ms', startUp('status.1000')),
  atMost('completion of a task, over node -e 0', 70, 'ms', startUp('complete.task')),
  atMost('completion of a job, over node -e 0', 70, 'ms', startUp('complete.job')),
  atMost('run hello over node -e 0', 300, 'ms', startUp('run.hello')),
  ...redisGoals,
]

function ours(work: Work): string {
  return rateId('offstage-full', work)
}

function beside(work: Work, peer: string, title: string, target: number): Goal {
  return ratio(`${works[work]}, over ${title}`, ours(work), rateId(peer, work), target)
}

function ratio(work: string, id: string, over: string, target: number): Goal {
  const figure = ({ rates }: Figures) => {
    const [rate, base] = [id, over].map((wanted) => rates.find((one) => one.id === wanted))
    return rate === undefined || base === undefined ? null : ratioOf(rate, base)
  }
  return { work, bound: 'at least', target, unit: '', figure }
}

function atMost(
  work: string,
  target: number,
  unit: string,
  find: (figures: Figures) => number | null | undefined,
): Goal {
  return { work, bound: 'at most', target, unit, figure: (figures) => find(figures) ?? null }
}

function delay(id: string, which: string): Goal {
  return atMost(`event loop at p99 over a bare server: ${which}`, 5, 'ms', ({ embedded }) => {
    return embedded.find((one) => one.id === id)?.overBareMs?.median
  })
}

function reads(title: string, targetMs: number): Goal {
  return atMost(`${title} with very many jobs over an empty store`, targetMs, 'ms', ({ millions }) => {
    return millions?.readings.commands.find((one) => one.title === title)?.overEmptyMs
  })
}

function own(pickUps: readonly PickUp[]): PickUp | undefined {
  return pickUps.find(({ id }) => id === 'offstage-full')
}

/** While very many wait: a worker that has run all of them has more in memory. */
function peak({ millions }: Figures, megabytes: (memory: Memory) => readonly number[]): number | null {
  const all = millions?.memory.filter(({ drained }) => drained < millions.jobs).flatMap(megabytes) ?? []
  return all.length === 0 ? null : Math.max(...all)
}

function startUp(id: string) {
  return (figures: Figures) => figures.startUp.find((one) => one.id === id && !one.extraCaCerts)?.overNodeMs
}
