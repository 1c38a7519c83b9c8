import { lives } from '../../domain/explain/facts.js'
import type { EpochMs } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import { beatMs, type Store } from '../../stores/store.js'
import { type SeenWorker, seenWorkers, serversOf, takesJobs } from '../../views/worker.js'
import { isSchedulerAlive } from '../schedules/find-schedule.js'
import { type Checked, counted, type Patient, type Trouble, warning } from './finding.js'

const maxRunning = 1_000

/** Workers that are gone and hold jobs, and jobs and schedules that nobody serves. */
export async function checkWorkers({ location, store }: Patient): Promise<Checked> {
  if (location.kind === 'memory' || store === null) return null
  const now = systemClock.now()
  const workers = seenWorkers(await store.workers(), now)
  const troubles = [
    ...(await deadWorkers(store, workers)),
    ...silentWorkers(workers, now),
    ...(await unservedQueues(store, workers)),
    ...(await unwatchedSchedules(store)),
  ]
  return troubles.length > 0 ? troubles : `${workers.filter(lives).length} alive`
}

/** Somebody takes their jobs back: the next worker that starts, at the latest. */
async function deadWorkers(store: Store, workers: readonly SeenWorker[]): Promise<readonly Trouble[]> {
  const running = await store.running(maxRunning)
  const isAnyAlive = workers.some(lives)
  return workers
    .filter((seen) => !lives(seen))
    .map(({ worker: { id, host, process } }) => {
      const held = running.filter(({ worker }) => worker === id).length
      const message = `worker ${id} (pid ${process.pid} on ${host}) is dead and holds ${counted(held, 'job')}`
      const fix = isAnyAlive ? 'wait: a living worker takes them back within 30 s' : 'offstage workers start'
      return warning(message, fix)
    })
}

function silentWorkers(workers: readonly SeenWorker[], now: EpochMs): readonly Trouble[] {
  return workers
    .filter(({ standing }) => standing === 'silent')
    .map(({ worker: { id, host, process, lastBeatAt } }) => {
      const seconds = Math.round((now - lastBeatAt) / 1_000)
      const message = `worker ${id} (pid ${process.pid} on ${host}) is silent for ${seconds}s, and should beat every ${beatMs / 1_000}s`
      return warning(message, 'look whether it is stopped, swapping or short of CPU')
    })
}

async function unservedQueues(store: Store, workers: readonly SeenWorker[]): Promise<readonly Trouble[]> {
  const waiting = (await store.queues()).filter(({ counts, paused }) => counts.queued > 0 && !paused)
  if (waiting.length > 0 && !workers.some((seen) => lives(seen) && takesJobs(seen))) {
    const jobs = waiting.reduce((sum, { counts }) => sum + counts.queued, 0)
    return [warning(`${waitingJobs(jobs)}, and no worker is alive`, 'offstage workers start')]
  }
  return waiting
    .filter(({ name }) => serversOf(name, workers).length === 0)
    .map(({ name, counts }) =>
      warning(
        `${waitingJobs(counts.queued)} on ${name}, which no living worker serves`,
        `offstage workers start --queues ${name}`,
      ),
    )
}

function waitingJobs(count: number): string {
  return `${counted(count, 'job')} ${count === 1 ? 'waits' : 'wait'}`
}

async function unwatchedSchedules(store: Store): Promise<readonly Trouble[]> {
  const active = (await store.schedules()).filter(({ plan, pausedAt }) => plan !== null && pausedAt === null)
  if (active.length === 0 || (await isSchedulerAlive(store))) return []
  return [
    warning(
      `${counted(active.length, 'schedule')} cannot fire: no scheduler runs`,
      'offstage workers start, or offstage schedule start',
    ),
  ]
}
