import { inBatches, withInFlight } from './in-flight.js'
import { elapsedMs, type Measurement } from './measure.js'
import { type Queue, rateId, type System, type Work, works } from './systems/system.js'

/** Jobs of one run. */
export interface JobCounts {
  readonly singly: number
  readonly batched: number
  readonly drained: number
  readonly drainedWarm: number
}

/** One work of all systems that can do it here. */
export function measurementsOf(systems: readonly System[], work: Work, jobs: JobCounts): Measurement[] {
  return systems
    .filter((system) => system.missing() === null && system.works.includes(work))
    .map((system) => {
      const run = runs[work](system, jobs)
      const share = system.shares[work] ?? 1
      return { id: rateId(system.id, work), work: works[work], which: system.title, ...run, jobs: run.jobs * share }
    })
}

type Run = Pick<Measurement, 'jobs' | 'warmsUp' | 'run'>

const runs: Readonly<Record<Work, (system: System, jobs: JobCounts) => Run>> = {
  'enqueue.singly': (system, { singly }) => enqueueing(system, singly, (queue, count) => addInFlight(queue, count, 1)),
  'enqueue.in-flight': (system, { batched }) =>
    enqueueing(system, batched, (queue, count) => addInFlight(queue, count, 100)),
  'enqueue.bulk': (system, { batched }) => enqueueing(system, batched, addInBulk),
  'drain.1': (system, { drained }) => draining(system, 1, 0, drained),
  'drain.10': (system, { drained }) => draining(system, 10, 0, drained),
  'drain.100': (system, { drained }) => draining(system, 100, 0, drained),
  'drain.warm': (system, { drained, drainedWarm }) => draining(system, 100, drained, drainedWarm),
}

function enqueueing(system: System, jobs: number, enqueue: (queue: Queue, count: number) => Promise<void>): Run {
  const run = (folder: string, count: number) =>
    system.withBackend(folder, async (address) => {
      const queue = await system.open(address)
      try {
        return await elapsedMs(() => enqueue(queue, count))
      } finally {
        await queue.close()
      }
    })
  return { jobs, warmsUp: true, run }
}

/** A fresh process drains `first` jobs, which are not measured, and then those that are. */
function draining(system: System, concurrency: number, first: number, jobs: number): Run {
  const run = (folder: string, count: number) =>
    system.withBackend(folder, async (address) => {
      const queue = await system.open(address)
      await addInBulk(queue, first > 0 ? first : count)
      const worker = await system.startWorker(address, concurrency)
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
