import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier } from '../change-notifier.js'
import type { Store } from '../store.js'
import { type MethodKinds, remoteMethods } from './remote-methods.js'
import type { StoreProcess } from './store-process.js'

/** A store as a store process opens it. */
export interface ApartLocation {
  readonly path: string
  readonly durability: 'full' | 'relaxed'
}

type Method = Exclude<keyof Store, 'changes' | 'close' | 'claimsAtMost' | 'interruptions'>

// All, as the compiler checks; each is called by its name in the other process.
const methods: MethodKinds<Method> = {
  enqueue: 'call',
  claim: 'call',
  forgetTokens: 'call',
  settle: 'call',
  append: 'call',
  cancelRequests: 'call',
  sweep: 'call',
  register: 'call',
  beat: 'call',
  setTasks: 'call',
  deregister: 'call',
  cancel: 'call',
  retry: 'call',
  remove: 'call',
  pauseQueues: 'call',
  resumeQueues: 'call',
  prune: 'call',
  prunable: 'call',
  maintain: 'call',
  putSchedules: 'call',
  dropSchedules: 'call',
  pauseSchedules: 'call',
  resumeSchedules: 'call',
  schedules: 'call',
  schedulesVersion: 'call',
  claimSlots: 'call',
  waitingSchedules: 'call',
  fireWaiting: 'call',
  skipWaiting: 'call',
  triggerSchedule: 'call',
  slots: 'call',
  followClock: 'call',
  noteScheduler: 'call',
  schedulerSeenAt: 'call',
  identity: 'call',
  job: 'call',
  jobs: 'call',
  attempts: 'call',
  output: 'call',
  progress: 'call',
  queues: 'call',
  pausedQueues: 'call',
  workers: 'call',
  jobsAhead: 'call',
  holdOf: 'call',
  unfinished: 'call',
  queuedByTask: 'call',
  statistics: 'call',
  statisticsByMinute: 'call',
  failures: 'call',
  queueSamples: 'call',
  running: 'call',
}

/**
 * A SQLite store in the store process. Its times are those of the machine; `clock` is for waits in this process. It
 * stores no notifications: their policy is a function, which cannot leave its process. Throws StoreUnavailableError.
 */
export async function openStoreIn(process: StoreProcess, location: ApartLocation, clock: Clock): Promise<Store> {
  const notifier = new RemoteChanges(clock)
  const object = await process.open({ opener: 'store', options: location }, () => notifier.changed())
  notifier.watch = () => object.watch()
  const remote = remoteMethods<Pick<Store, Method>, Method>(object, methods, location.path)
  return {
    ...remote,
    changes: () => notifier.changes(),
    close: () => remote.close().then(() => notifier.close()),
  }
}

/** Notifies of what the store process reports, which looks only while somebody here waits. */
class RemoteChanges extends ChangeNotifier {
  watch: () => void = () => {}

  changed(): void {
    this.note()
    this.notify()
  }

  protected override wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.watch()
    return super.wait(timeoutMs, signal)
  }
}
