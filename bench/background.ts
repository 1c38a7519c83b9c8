import PQueue from 'p-queue'
import { BackgroundTasks } from '../src/index.js'
import { elapsedMs, type Measurement } from './measure.js'

const concurrency = 100

/** Tasks that only wait for a turn, in this process: what is measured is what each costs beside its own work. */
export function backgroundMeasurements(tasks: number): Measurement[] {
  const add = (id: string, which: string, runAll: (count: number) => Promise<void>): Measurement => {
    const run = (_: string, count: number) => elapsedMs(() => runAll(count))
    return { id, work: `tasks in this process, ${concurrency} at a time`, which, jobs: tasks, warmsUp: true, run }
  }
  return [add('background.p-queue', 'p-queue', byPQueue), add('background.tasks', 'BackgroundTasks', byBackgroundTasks)]
}

const work = async (n: number) => {
  await null
  return n
}

async function byPQueue(count: number): Promise<void> {
  const queue = new PQueue({ concurrency })
  for (let n = 0; n < count; n++) void queue.add(() => work(n))
  await queue.onIdle()
}

async function byBackgroundTasks(count: number): Promise<void> {
  const tasks = new BackgroundTasks({ maxConcurrent: concurrency })
  for (let n = 0; n < count; n++) tasks.addTask(work, n)
  await tasks()
}
