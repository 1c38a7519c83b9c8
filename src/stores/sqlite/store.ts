import { realpathSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import type { JobId, NewJob } from '../../domain/job.js'
import type { NotificationPolicy } from '../../domain/notification.js'
import { storeClosed } from '../closed.js'
import type { ClaimRequest, JobFilter, NewWorker, Page, PausedQueue, Store, TaskCount } from '../store.js'
import { Turns } from '../turns.js'
import { attemptsOf } from './attempts.js'
import { cancelJob } from './cancel.js'
import { claimJobs, isAnythingReady } from './claim.js'
import { openForReading, openForWriting, type SqliteLocation } from './database.js'
import { storeError } from './errors.js'
import { failureGroups } from './failures.js'
import { FileGuard } from './file-guard.js'
import { jobsPage } from './job-pages.js'
import { notifyOfFailures } from './notifications.js'
import { append, outputOf, progressOf } from './output.js'
import { pauseQueues, resumeQueues } from './pausing.js'
import { nextDueAt } from './promotion.js'
import { countPrunable, findPrunable, prune } from './prune.js'
import { jobsAhead, queueInfos } from './queue-infos.js'
import { ReadyJobs } from './ready-jobs.js'
import { removeJobs } from './remove.js'
import { retryJob } from './retry.js'
import { type JobRow, jobNumber, jobOfRow, type WorkerRow, workerNumber, workerOfRow } from './rows.js'
import { queueSamples, sampleIsDue, takeSamples } from './samples.js'
import {
  allSchedules,
  dropSchedule,
  followClockAll,
  noteScheduler,
  pauseSchedule,
  putSchedule,
  resumeSchedule,
  schedulerSeenAt,
  schedulesVersion,
} from './schedules.js'
import { settleAttempts } from './settle.js'
import {
  claimIsStale,
  claimSlots,
  fireWaiting,
  skipWaiting,
  slotsPage,
  slotToFire,
  triggerSchedule,
  waitingSchedules,
} from './slots.js'
import { readMinutes, readStatistics } from './statistics.js'
import { sweep, sweepIsDue } from './sweep.js'
import { enqueueJobs, forgetTokens } from './tokens.js'
import { Upkeep } from './upkeep.js'
import { WakeUp } from './wake-up.js'
import { insertWorker, removeWorker, renewLease } from './workers.js'
import { WriteQueue } from './write-queue.js'
import { Writing } from './writing.js'

export { preloadDriver } from './driver.js'
export { driverInfo, inspectFile } from './inspect.js'

// Of the jobs of an ending worker: others commit in between.
const removeBatch = 1_000

/** The store for commands that write; its file is made if it is missing. Throws StoreUnavailableError. */
export function openSqliteStore(
  location: SqliteLocation,
  clock: Clock,
  notificationOf: NotificationPolicy | null = null,
): Store {
  return opened(openForWriting(location), location, clock, notificationOf)
}

/** The store for commands that only read; null if there is none yet. Throws StoreUnavailableError. */
export function openSqliteReader(location: SqliteLocation, clock: Clock): Store | null {
  const db = openForReading(location.path)
  return db === null ? null : opened(db, location, clock, null)
}

/** The file may be removed just after it was opened. */
function opened(...parts: Parameters<typeof sqliteStore>): Store {
  const [db, { path }] = parts
  try {
    return sqliteStore(...parts)
  } catch (thrown) {
    db.close()
    throw storeError(path, thrown)
  }
}

function sqliteStore(
  db: Database.Database,
  location: SqliteLocation,
  clock: Clock,
  notificationOf: NotificationPolicy | null,
): Store {
  const { path } = location
  const writing = new Writing(db, clock)
  const { statements } = writing
  const ready = new ReadyJobs(db)
  // SQLite's files beside it have the name of the file that a link leads to.
  const realPath = realpathSync(path)
  const wakeUp = new WakeUp(db, `${realPath}-shm`, clock)
  const turns = new Turns()
  const upkeep = new Upkeep(db, `${realPath}-wal`)
  const around = writing.around(() => wakeUp.committed())
  const notify = () => {
    if (notificationOf !== null && notifyOfFailures(writing, notificationOf)) wakeUp.note()
  }
  const end = () => {
    notify()
    around.end()
  }
  const guard = new FileGuard(db, path, clock)
  const writes = new WriteQueue(db, location, clock, { ...around, end }, guard)
  // Whatever comes after an enqueue in its transaction may look for the job; after a failure, it may retry or remove it.
  const seeing = <T>(use: () => T) => {
    return () => {
      notify()
      writing.write()
      return use()
    }
  }
  const write = <T>(use: () => T): Promise<T> => writes.run(seeing(use))
  const writeUnsynced = <T>(use: () => T): Promise<T> => writes.runUnsynced(seeing(use))
  // A write that others may wait for. What changes nothing for them must not wake them: two idle workers of one
  // process would wake each other for ever.
  const noted = <T>(use: () => T) => {
    return () => {
      const answer = use()
      wakeUp.note()
      return answer
    }
  }
  const tell = <T>(use: () => T): Promise<T> => write(noted(use))
  const read = async <T>(query: () => T): Promise<T> => {
    try {
      if (!db.open) throw storeClosed(path)
      guard.glance()
      return query()
    } catch (thrown) {
      throw guard.refused(thrown)
    }
  }
  // What is read in several statements is of one moment.
  const readTogether = <T>(query: () => T): Promise<T> => read(() => db.transaction(query)())
  return {
    enqueue: (jobs: readonly NewJob[]) => writes.run(noted(() => enqueueJobs(writing, jobs))),
    forgetTokens: (tokens) => writeUnsynced(() => forgetTokens(writing, tokens)),
    claim: async (request: ClaimRequest) => {
      const found = await read(() => isAnythingReady(writing, request))
      return found ? writeUnsynced(() => claimJobs(writing, ready, turns, request)) : []
    },
    settle: (ends) => tell(() => settleAttempts(writing, ends)),
    append: (additions) => writeUnsynced(noted(() => append(writing, additions))),
    cancelRequests: (worker) =>
      read(() =>
        (statements.cancelRequests.all(workerNumber(worker)) as { job: number }[]).map(({ job }) => `j${job}`),
      ),
    sweep: async (request) => {
      const due = await read(() => sweepIsDue(writing, request.dead))
      if (due) return tell(() => sweep(writing, request))
      const nothing = { promoted: 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial: false }
      return { ...nothing, nextDueAt: await read(() => nextDueAt(statements)) }
    },
    changes: () => wakeUp.changes(),

    register: async (worker: NewWorker) => `w${await write(() => insertWorker(writing, worker))}`,
    beat: (worker, vitals) => writeUnsynced(() => renewLease(writing, workerNumber(worker), vitals)),
    setTasks: (worker, tasks) =>
      writeUnsynced(() => void statements.setTasks.run(JSON.stringify(tasks), workerNumber(worker))),
    deregister: async (worker) => {
      while ((await tell(() => removeWorker(writing, workerNumber(worker), removeBatch))) === 'there is more');
    },

    cancel: (ids, states) => tell(() => ids.map((id) => cancelJob(writing, jobNumber(id), states))),
    retry: (ids) => tell(() => ids.map((id) => retryJob(writing, jobNumber(id)))),
    remove: (ids) => write(() => removeJobs(writing, ids)),
    pauseQueues: (names) => tell(() => pauseQueues(writing, names)),
    resumeQueues: (names) => tell(() => resumeQueues(writing, names)),

    prune: async (retention, limit) => {
      const found = await read(() => findPrunable(statements, clock.now(), retention, limit))
      return found === null ? 0 : write(() => prune(writing, found, limit))
    },
    prunable: (retention, limit) => readTogether(() => countPrunable(statements, clock.now(), retention, limit)),
    maintain: async () => {
      await read(() => {
        guard.look()
        upkeep.run()
      })
      if (await read(() => sampleIsDue(writing))) await writeUnsynced(() => takeSamples(writing))
    },

    putSchedules: (schedules) => tell(() => schedules.map((schedule) => putSchedule(writing, schedule))),
    dropSchedules: (names) => tell(() => names.map((name) => dropSchedule(writing, name))),
    pauseSchedules: (names) => tell(() => names.map((name) => pauseSchedule(writing, name))),
    resumeSchedules: (names) => tell(() => names.map((name) => resumeSchedule(writing, name))),
    schedules: (names) => read(() => allSchedules(statements, clock.now(), names)),
    schedulesVersion: () => read(() => schedulesVersion(statements)),
    claimSlots: async (claim) => {
      if (await read(() => claimIsStale(statements, claim))) return 'stale'
      return tell(() => claimSlots(writing, claim))
    },
    waitingSchedules: () => read(() => waitingSchedules(statements)),
    fireWaiting: async ({ name, job }) => {
      if ((await read(() => slotToFire(statements, name))) === null) return null
      return tell(() => fireWaiting(writing, name, job))
    },
    skipWaiting: ({ name, reason }) => tell(() => skipWaiting(writing, name, reason)),
    triggerSchedule: ({ name, job }) => tell(() => triggerSchedule(writing, name, job)),
    slots: (name, page) => read(() => slotsPage(statements, name, page)),
    followClock: () => tell(() => followClockAll(writing)),
    noteScheduler: () => writeUnsynced(() => noteScheduler(writing)),
    schedulerSeenAt: () => read(() => schedulerSeenAt(statements)),
    identity: () => read(() => (statements.identity.get() as { readonly id: string }).id),

    job: (id: JobId) =>
      read(() => {
        const row = statements.job.get(jobNumber(id)) as JobRow | undefined
        return row === undefined ? null : jobOfRow(row)
      }),
    jobs: (filter: JobFilter, page: Page) => readTogether(() => jobsPage(db, statements, filter, page)),
    attempts: (id: JobId) => readTogether(() => attemptsOf(statements, id)),
    output: (id, attempt, page) => read(() => outputOf(statements, id, attempt, page)),
    progress: (ids) => read(() => progressOf(statements, ids)),
    queues: () => readTogether(() => queueInfos(statements)),
    pausedQueues: () => read(() => statements.pausedQueues.all() as PausedQueue[]),
    workers: () => read(() => (statements.workers.all() as WorkerRow[]).map((row) => workerOfRow(row, clock))),
    jobsAhead: (id, most) => readTogether(() => jobsAhead(statements, id, most)),
    holdOf: () => read(() => null),
    unfinished: (queues, tasks) =>
      read(() => {
        const wanted = { queues: jsonOf(queues), tasks: jsonOf(tasks) }
        return statements.anyUnfinished.get(wanted) !== undefined
      }),
    queuedByTask: (queues) => read(() => statements.queuedByTask.all({ queues: jsonOf(queues) }) as TaskCount[]),
    statistics: (since) => readTogether(() => readStatistics(statements, since)),
    statisticsByMinute: (since) => read(() => readMinutes(statements, since)),
    failures: (since, limit) => readTogether(() => failureGroups(statements, since, limit)),
    queueSamples: (since) => read(() => queueSamples(statements, since)),
    running: (limit) => read(() => (statements.running.all(limit) as JobRow[]).map(jobOfRow)),

    close: async () => {
      await writes.drained()
      db.close()
      wakeUp.close()
    },
  }
}

/** Names as statements take them; NULL: all. */
function jsonOf(names: readonly string[] | null | undefined): string | null {
  return names == null ? null : JSON.stringify(names)
}
