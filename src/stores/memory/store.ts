import type { Clock } from '../../domain/clock.js'
import type { NotificationPolicy } from '../../domain/notification.js'
import { ChangeNotifier } from '../change-notifier.js'
import { storeClosed } from '../closed.js'
import type { Store } from '../store.js'
import { claimJobs } from './claim.js'
import { cancelJob } from './enqueue.js'
import { failureGroups } from './failures.js'
import { notifyOfFailures } from './notifications.js'
import { append, outputOf, progressOf } from './output.js'
import { pausedQueues, pauseQueues, resumeQueues } from './pausing.js'
import { prunableRows, prune } from './prune.js'
import { hasUnfinished, jobsAhead, jobsPage, queuedByTask, queueInfos, runningJobs } from './reader.js'
import { removeJob } from './remove.js'
import { retryJob } from './retry.js'
import { queueSamples, takeSamples } from './samples.js'
import {
  allSchedules,
  dropSchedule,
  followClockAll,
  noteScheduler,
  pauseSchedule,
  putSchedule,
  resumeSchedule,
} from './schedules.js'
import { settleAttempt } from './settle.js'
import { claimSlots, fireWaiting, skipWaiting, slotsPage, triggerSchedule, waitingSchedules } from './slots.js'
import { removeWorker, sweep } from './sweep.js'
import { emptyTables, type Tables } from './tables.js'
import { enqueueJobs, forgetTokens } from './tokens.js'

/**
 * A store that is gone with its process: for tests, and in place of a store that is not there yet. Plain rather than
 * fast: it is also the model that the other stores are compared with.
 */
export function openMemoryStore(
  clock: Clock,
  notificationOf: NotificationPolicy = () => null,
  tables: Tables = emptyTables(clock),
): Store {
  const { jobs, workers } = tables
  const notifier = new ChangeNotifier(clock)
  let open = true
  const run = async <T>(operation: () => T): Promise<T> => {
    if (!open) throw storeClosed('memory:')
    const answer = operation()
    notifyOfFailures(tables, notificationOf)
    return answer
  }
  const writeAndNotify = <T>(write: () => T): Promise<T> =>
    run(() => {
      const answer = write()
      notifier.note()
      notifier.notify()
      return answer
    })
  return {
    enqueue: (newJobs) => writeAndNotify(() => enqueueJobs(tables, newJobs)),
    forgetTokens: (tokens) => run(() => forgetTokens(tables, tokens)),
    claim: (request) => run(() => claimJobs(tables, request)),
    settle: (ends) => writeAndNotify(() => ends.map(({ lease, outcome }) => settleAttempt(tables, lease, outcome))),
    append: (additions) => writeAndNotify(() => additions.map((addition) => append(tables, addition))),
    cancelRequests: (worker) =>
      run(() =>
        jobs
          .runBy(worker)
          .filter((row) => row.job.cancelRequested)
          .map((row) => row.job.id),
      ),
    sweep: ({ limit, dead }) =>
      run(() => {
        const result = sweep(tables, limit, dead)
        if (result.promoted + result.reclaimed + result.buried > 0 || dead.length > 0) notifier.note()
        notifier.notify()
        return result
      }),
    changes: () => notifier.changes(),

    register: (worker) => run(() => workers.register(worker)),
    beat: (worker, vitals) => run(() => workers.beat(worker, vitals)),
    setTasks: (worker, tasks) => run(() => workers.setTasks(worker, tasks)),
    deregister: (worker) => writeAndNotify(() => removeWorker(tables, worker)),

    cancel: (ids, states) => writeAndNotify(() => ids.map((id) => cancelJob(tables, id, states))),
    retry: (ids) => writeAndNotify(() => ids.map((id) => retryJob(tables, id))),
    remove: (ids) => run(() => ids.map((id) => removeJob(tables, id))),
    pauseQueues: (names) => writeAndNotify(() => pauseQueues(tables, names)),
    resumeQueues: (names) => writeAndNotify(() => resumeQueues(tables, names)),

    prune: (retention, limit) => run(() => prune(tables, retention, limit)),
    prunable: (retention, limit) => run(() => prunableRows(tables, retention, limit).length),
    maintain: () => run(() => takeSamples(tables)),

    putSchedules: (schedules) => writeAndNotify(() => schedules.map((schedule) => putSchedule(tables, schedule))),
    dropSchedules: (names) => writeAndNotify(() => names.map((name) => dropSchedule(tables, name))),
    pauseSchedules: (names) => writeAndNotify(() => names.map((name) => pauseSchedule(tables, name))),
    resumeSchedules: (names) => writeAndNotify(() => names.map((name) => resumeSchedule(tables, name))),
    schedules: (names) => run(() => allSchedules(tables, names)),
    schedulesVersion: () => run(() => tables.scheduling.version),
    claimSlots: (claim) => writeAndNotify(() => claimSlots(tables, claim)),
    waitingSchedules: () => run(() => waitingSchedules(tables)),
    fireWaiting: ({ name, job }) => writeAndNotify(() => fireWaiting(tables, name, job)),
    skipWaiting: ({ name, reason }) => writeAndNotify(() => skipWaiting(tables, name, reason)),
    triggerSchedule: ({ name, job }) => writeAndNotify(() => triggerSchedule(tables, name, job)),
    slots: (name, page) => run(() => slotsPage(tables, name, page)),
    followClock: () => writeAndNotify(() => followClockAll(tables)),
    noteScheduler: () => run(() => noteScheduler(tables)),
    schedulerSeenAt: () => run(() => tables.scheduling.seenAt),

    job: (id) => run(() => jobs.find(id)?.job ?? null),
    jobs: (filter, page) => run(() => jobsPage(tables, filter, page)),
    attempts: (id) => run(() => jobs.find(id)?.attempts ?? []),
    output: (id, attempt, page) => run(() => outputOf(tables, id, attempt, page)),
    progress: (ids) => run(() => progressOf(tables, ids)),
    queues: () => run(() => queueInfos(tables)),
    pausedQueues: () => run(() => pausedQueues(tables)),
    workers: () => run(() => workers.infos()),
    jobsAhead: (id, limit) => run(() => jobsAhead(tables, id, limit)),
    holdOf: () => run(() => null),
    unfinished: (queues, tasks) => run(() => hasUnfinished(tables, queues, tasks)),
    queuedByTask: (queues) => run(() => queuedByTask(tables, queues)),
    statistics: (since) => run(() => tables.ends.sums(since)),
    statisticsByMinute: (since) => run(() => tables.ends.byMinute(since)),
    failures: (since, limit) => run(() => failureGroups(tables, since, limit)),
    queueSamples: (since) => run(() => queueSamples(tables, since)),
    running: (limit) => run(() => runningJobs(tables, limit)),

    identity: () => run(() => 'memory:'),
    close: async () => {
      open = false
      notifier.close()
    },
  }
}
