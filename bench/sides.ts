import { inBatches, withInFlight } from './in-flight.js'
import { elapsedMs, type Measurement } from './measure.js'
import { type Queue, rateId, type Side, type Work, works } from './sides/side.js'

/** Jobs of one run. */
export interface SideJobs {
  readonly singly: number
  readonly batched: number
  readonly drained: number
  /** Where the jobs are in a file or in PostgreSQL; a fifth of them in Redis, which takes far longer. */
  readonly drainedWarm: number
}

/** All that the sides can do, work by work, so that those that are compared run one after the other. */
export function measurementsOf(sides: readonly Side[], work: Work, jobs: SideJobs): Measurement[] {
  return sides
    .filter((side) => side.missing() === null && side.works.includes(work))
    .map((side) => ({
      id: rateId(side.id, work),
      work: works[work],
      which: side.title,
      ...runs[work](side, jobs),
    }))
}

type Run = Pick<Measurement, 'jobs' | 'warmsUp' | 'run'>

const runs: Readonly<Record<Work, (side: Side, jobs: SideJobs) => Run>> = {
  'enqueue.singly': (side, { singly }) => enqueueing(side, singly, (queue, count) => addInFlight(queue, count, 1)),
  'enqueue.in-flight': (side, { batched }) =>
    enqueueing(side, batched, (queue, count) => addInFlight(queue, count, 100)),
  'enqueue.bulk': (side, { batched }) => enqueueing(side, batched, addInBulk),
  'drain.1': (side, { drained }) => draining(side, 1, 0, drained),
  'drain.10': (side, { drained }) => draining(side, 10, 0, drained),
  'drain.100': (side, { drained }) => draining(side, 100, 0, drained),
  'drain.warm': (side, { drained, drainedWarm }) => draining(side, 100, drained, drainedWarm * side.warmShare),
}

function enqueueing(side: Side, jobs: number, enqueue: (queue: Queue, count: number) => Promise<void>): Run {
  const run = (folder: string, count: number) =>
    side.withHome(folder, async (address) => {
      const queue = await side.open(address)
      try {
        return await elapsedMs(() => enqueue(queue, count))
      } finally {
        await queue.close()
      }
    })
  return { jobs, warmsUp: true, run }
}

/** A fresh process drains `first` jobs, which are not measured, and then those that are. */
function draining(side: Side, concurrency: number, first: number, jobs: number): Run {
  const run = (folder: string, count: number) =>
    side.withHome(folder, async (address) => {
      const queue = await side.open(address)
      await addInBulk(queue, first > 0 ? first : count)
      const worker = await side.startWorker(address, concurrency)
      try {
        if (first > 0) {
          await worker.drain(first)
          await addInBulk(queue, count)
        }
        return await worker.drain(count)
      } finally {
        await worker.stop()
        await queue.close()
      }
    })
  return { jobs, warmsUp: false, run }
}

function addInFlight(queue: Queue, count: number, callers: number): Promise<void> {
  return withInFlight(count, callers, (n) => queue.add(n))
}

export function addInBulk(queue: Queue, count: number): Promise<void> {
  return inBatches(count, 1_000, (numbers) => queue.addMany(numbers))
}
