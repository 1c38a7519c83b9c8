import type { Clock } from '../../domain/clock.js'
import type { NotificationPolicy } from '../../domain/notification.js'
import { storeClosed } from '../closed.js'
import type { Store } from '../store.js'
import { buryExpired } from './bury.js'
import { Calls } from './calls.js'
import { cancel } from './cancel.js'
import { Claims, claimsAtMost } from './claim.js'
import { claimSlots } from './claim-slots.js'
import type { RedisConnection } from './connection.js'
import type { Context } from './context.js'
import { forgetTokens } from './enqueue.js'
import { Enqueues } from './enqueues.js'
import { failureGroups } from './failures.js'
import { holdOf } from './holds.js'
import { identity } from './identity.js'
import { attemptsOf, jobOf } from './job-fields.js'
import { jobsPage } from './job-pages.js'
import { jobsAhead, queuedByTask, unfinished } from './lines.js'
import { type RedisLocation, redisUrl } from './location.js'
import { Housekeeping } from './maintain.js'
import { News } from './news.js'
import { append, cancelRequests, output, progressOf } from './output.js'
import { pausedQueues, pauseQueues, resumeQueues } from './pausing.js'
import { countPrunable, prune } from './prune.js'
import { queueInfos } from './queue-infos.js'
import { deregister } from './reclaim.js'
import { remove } from './remove.js'
import { retry } from './retry.js'
import { runningJobs } from './running.js'
import { queueSamples } from './samples.js'

import {
  notifyOfSchedule,
  schedulerSeenAt,
  schedules,
  schedulesVersion,
  slots,
  waitingSchedules,
} from './schedule-reading.js'
import {
  dropSchedules,
  followClock,
  noteScheduler,
  pauseSchedules,
  putSchedules,
  resumeSchedules,
} from './schedules.js'
import { Settles } from './settles.js'
import { fireWaiting, skipWaiting, triggerSchedule } from './slots.js'

import { statistics, statisticsByMinute } from './statistics.js'

import { storedJobs } from './stored-jobs.js'
import { sweep } from './sweep.js'
import { beat, register, setTasks, workers } from './workers.js'

/** A store on Redis, whose jobs are BullMQ's. `leaseClock`: milliseconds for the leases, in place of the time of Redis. */
export function openRedisStore(
  connection: RedisConnection,
  location: RedisLocation,
  clock: Clock,
  notificationOf: NotificationPolicy | null = null,
  leaseClock: (() => number) | null = null,
): Store {
  const news = new News(connection, location.prefix, clock)
  const context: Context = {
    calls: new Calls(connection, location.prefix),
    clock,
    leaseClock,
    notificationOf,
    notifyOfSchedule: (name) => notifyOfSchedule(context, name),
    bury: async (numbers) => {
      await buryExpired(context, numbers)
    },
  }
  const claims = new Claims(context)
  const settles = new Settles(context)
  const housekeeping = new Housekeeping(context)
  const enqueues = new Enqueues(context)
  let open = true
  const pending = new Set<Promise<unknown>>()
  const run = async <T>(operation: () => Promise<T>): Promise<T> => {
    if (!open) throw storeClosed(redisUrl(location))
    const call = operation()
    pending.add(call)
    try {
      return await call
    } finally {
      pending.delete(call)
    }
  }
  return {
    enqueue: (jobs) => run(() => enqueues.enqueue(jobs)),
    forgetTokens: (tokens) => run(() => forgetTokens(context, tokens)),
    claim: (request) => run(() => claims.claim(request)),
    claimsAtMost,
    interruptions: () => connection.connects - 1,
    settle: (ends) => run(() => settles.settle(ends)),
    append: (additions) => run(() => append(context, additions)),
    cancelRequests: (worker) => run(() => cancelRequests(context, worker)),
    sweep: (request) => run(() => sweep(context, request)),
    changes: () => news.changes(),

    register: (worker) => run(() => register(context, worker)),
    beat: (worker, vitals) => run(() => beat(context, worker, vitals)),
    setTasks: (worker, tasks) => run(() => setTasks(context, worker, tasks)),
    deregister: (worker) => run(() => deregister(context, worker)),

    cancel: (ids, states) => run(() => cancel(context, ids, states)),
    retry: (ids) => run(() => settles.after(() => retry(context, ids))),
    remove: (ids) => run(() => settles.after(() => remove(context, ids))),
    pauseQueues: (names) => run(() => pauseQueues(context, names)),
    resumeQueues: (names) => run(() => resumeQueues(context, names)),
    prune: (retention, limit) => run(() => prune(context, retention, limit)),
    prunable: (retention, limit) => run(() => countPrunable(context, retention, limit)),
    maintain: () => run(() => housekeeping.maintain()),

    putSchedules: (said) => run(() => putSchedules(context, said)),
    dropSchedules: (names) => run(() => dropSchedules(context, names)),
    pauseSchedules: (names) => run(() => pauseSchedules(context, names)),
    resumeSchedules: (names) => run(() => resumeSchedules(context, names)),
    schedules: (names) => run(() => schedules(context, names)),
    schedulesVersion: () => run(() => schedulesVersion(context)),
    claimSlots: (claim) => run(() => claimSlots(context, claim)),
    waitingSchedules: () => run(() => waitingSchedules(context)),
    fireWaiting: (request) => run(() => fireWaiting(context, request)),
    skipWaiting: (request) => run(() => skipWaiting(context, request)),
    triggerSchedule: (request) => run(() => triggerSchedule(context, request)),
    slots: (name, page) => run(() => slots(context, name, page)),
    followClock: () => run(() => followClock(context)),
    noteScheduler: () => run(() => noteScheduler(context)),
    schedulerSeenAt: () => run(() => schedulerSeenAt(context)),

    job: (id) => run(async () => (await storedJobs(context, [id])).map(jobOf)[0] ?? null),
    attempts: (id) => run(async () => (await storedJobs(context, [id])).flatMap(attemptsOf)),
    output: (id, attempt, page) => run(() => output(context, id, attempt, page)),
    progress: (ids) => run(() => progressOf(context, ids)),
    pausedQueues: () => run(() => pausedQueues(context)),
    workers: () => run(() => workers(context)),
    jobs: (filter, page) => run(() => jobsPage(context, filter, page)),
    running: (limit) => run(() => runningJobs(context, limit)),
    queues: () => run(() => queueInfos(context)),
    jobsAhead: (id, limit) => run(() => jobsAhead(context, id, limit)),
    holdOf: (id) => run(() => holdOf(context, id)),
    unfinished: (queues, tasks) => run(() => unfinished(context, queues, tasks)),
    queuedByTask: (queues) => run(() => queuedByTask(context, queues)),
    statistics: (since) => run(() => statistics(context, since)),
    statisticsByMinute: (since) => run(() => statisticsByMinute(context, since)),
    failures: (since, limit) => run(() => failureGroups(context, since, limit)),
    queueSamples: (since) => run(() => queueSamples(context, since)),
    identity: () => run(() => identity(context)),

    close: async () => {
      open = false
      news.close()
      await Promise.allSettled(pending)
      await connection.close()
    },
  }
}
