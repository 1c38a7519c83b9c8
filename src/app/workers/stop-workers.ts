import { lives } from '../../domain/explain/facts.js'
import type { EpochMs, WorkerId } from '../../domain/job.js'
import { identify, isStill, thisHost } from '../../engine/host.js'
import type { Store } from '../../stores/store.js'
import { type SeenWorker, seenWorkers, takesJobs } from '../../views/worker.js'

/**
 * What became of a worker that is to stop. `elsewhere`: its process cannot be seen from here, such as that of another host or
 * container. `forbidden`: its process is of another user. `foreground`: it is a `run`, which has one job of its own. `embedded`: its process is a program of
 * the user's, which a signal would end.
 */
export interface StoppedWorker {
  readonly id: WorkerId
  readonly host: string | null
  readonly pid: number | null
  readonly answer: 'asked' | 'dead' | 'elsewhere' | 'forbidden' | 'foreground' | 'embedded' | 'unknown'
}

/**
 * Lets the running jobs of a worker finish, as a first SIGTERM does. It may come again: a second SIGTERM would end the
 * worker at once.
 */
export const drainSignal = 'SIGUSR2'

/** Which workers are to stop; null: all that take jobs from queues. */
export type StopChoice = readonly WorkerId[] | null

/**
 * Asks workers of this machine to stop: running jobs may finish, however often they are asked. `now`: as a second signal does, which
 * hands their jobs back.
 */
export async function stopWorkers(
  store: Pick<Store, 'workers'>,
  choice: StopChoice,
  urgency: 'gracefully' | 'now',
  now: EpochMs,
): Promise<readonly StoppedWorker[]> {
  const seen = seenWorkers(await store.workers(), now)
  const found = choice ?? seen.filter((each) => takesJobs(each) && lives(each)).map(({ worker }) => worker.id)
  return found.map((id) => {
    const each = seen.find(({ worker }) => worker.id === id)
    if (each === undefined) return { id, host: null, pid: null, answer: 'unknown' }
    const { host, process } = each.worker
    return { id, host, pid: process.pid, answer: stop(each, urgency) }
  })
}

function stop(seen: SeenWorker, urgency: 'gracefully' | 'now'): StoppedWorker['answer'] {
  const { worker, standing } = seen
  if (standing === 'dead') return 'dead'
  if (!takesJobs(seen)) return 'foreground'
  if (worker.embedded) return 'embedded'
  const here = thisHost()
  const isSeen = here.bootId === worker.bootId && here.pidNamespace === worker.pidNamespace
  const isHere = isSeen && here.bootId !== null ? isStill(worker.process) : isThisMachine(seen, here.host)
  if (!isHere) return 'elsewhere'
  const { pid } = worker.process
  try {
    if (urgency === 'gracefully') process.kill(pid, drainSignal)
    else {
      process.kill(pid, 'SIGTERM')
      // Another signal, because two of the same kind may arrive as one.
      process.kill(pid, 'SIGINT')
    }
    return 'asked'
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM' ? 'forbidden' : 'dead'
  }
}

/** Where the system tells neither boot nor namespace: the name of the host, a beat of late, and a process of that number. */
function isThisMachine({ worker, standing }: SeenWorker, host: string): boolean {
  const isUnknown = worker.bootId === null && worker.process.startTicks === null
  return isUnknown && worker.host === host && standing === 'alive' && identify(worker.process.pid) !== null
}

const lookMs = 500

/** Waits until these workers have left, or the signal fires; resolves to those that have not. */
export async function waitUntilLeft(
  store: Pick<Store, 'workers' | 'changes'>,
  ids: readonly WorkerId[],
  now: () => EpochMs,
  signal: AbortSignal,
): Promise<readonly WorkerId[]> {
  const changes = store.changes()
  for (;;) {
    const seen = seenWorkers(await store.workers(), now())
    const left = ids.filter((id) => seen.some(({ worker, standing }) => worker.id === id && standing !== 'dead'))
    if (left.length === 0 || signal.aborted) return left
    await changes.next(lookMs, signal)
  }
}
