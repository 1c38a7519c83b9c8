import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier } from '../change-notifier.js'
import { storeClosed } from '../closed.js'
import type { Store } from '../store.js'
import type { RemoteObject, StoreProcess } from './store-process.js'

/** A store as a store process opens it. */
export interface ApartLocation {
  readonly path: string
  readonly durability: 'full' | 'relaxed'
}

type Method = Exclude<keyof Store, 'changes' | 'close'>

// All, as the compiler checks; each is called by its name in the other process.
const methods: Readonly<Record<Method, true>> = {
  enqueue: true,
  claim: true,
  forgetTokens: true,
  settle: true,
  append: true,
  cancelRequests: true,
  sweep: true,
  register: true,
  beat: true,
  setTasks: true,
  deregister: true,
  cancel: true,
  retry: true,
  remove: true,
  pauseQueues: true,
  resumeQueues: true,
  prune: true,
  prunable: true,
  maintain: true,
  putSchedules: true,
  dropSchedules: true,
  pauseSchedules: true,
  resumeSchedules: true,
  schedules: true,
  schedulesVersion: true,
  claimSlots: true,
  waitingSchedules: true,
  fireWaiting: true,
  skipWaiting: true,
  triggerSchedule: true,
  slots: true,
  noteScheduler: true,
  schedulerSeenAt: true,
  job: true,
  jobs: true,
  attempts: true,
  output: true,
  progress: true,
  queues: true,
  pausedQueues: true,
  workers: true,
  jobsAhead: true,
  unfinished: true,
  queuedByTask: true,
  statistics: true,
  statisticsByMinute: true,
  failures: true,
  queueSamples: true,
  running: true,
}

/**
 * A SQLite store in the store process. Its times are those of the machine; `clock` is for waits in this process. It
 * stores no notifications: their policy is a function, which cannot leave its process. Throws StoreUnavailableError.
 */
export async function openStoreIn(process: StoreProcess, location: ApartLocation, clock: Clock): Promise<Store> {
  const notifier = new RemoteChanges(clock)
  const object = await process.open({ opener: 'store', options: location }, () => notifier.changed())
  notifier.watch = () => object.watch()
  return storeOf(object, notifier, location.path)
}

function storeOf(object: RemoteObject, notifier: RemoteChanges, path: string): Store {
  let closing: Promise<void> | null = null
  const calls = Object.keys(methods).map((method) => {
    const call = async (...args: unknown[]) => {
      if (closing !== null) throw storeClosed(path)
      return object.call({ method, args, isWait: false })
    }
    return [method, call]
  })
  return {
    ...(Object.fromEntries(calls) as Pick<Store, Method>), // the other process has a Store behind these names
    changes: () => notifier.changes(),
    close: () => {
      closing ??= object.close().then(() => notifier.close())
      return closing
    },
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
