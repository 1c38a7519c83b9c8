import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import type { JobId, NewJob, WorkerId } from '../../domain/job.js'
import { storeClosed } from '../closed.js'
import type {
  ClaimRequest,
  JobFilter,
  NewWorker,
  Page,
  PausedQueue,
  ProcessIdentity,
  Store,
  TaskCount,
} from '../store.js'
import { Turns } from '../turns.js'
import { cancelJob } from './cancel.js'
import { claimJobs, isAnythingReady, namesText } from './claim.js'
import { openForReading, openForWriting, type SqliteLocation } from './database.js'
import { enqueueJob } from './enqueue.js'
import { storeError } from './errors.js'
import { NewJobs } from './new-jobs.js'
import { NewestTooMany } from './newest-too-many.js'
import { append, outputOf, progressOf } from './output.js'
import { pauseQueues, resumeQueues } from './pausing.js'
import { findPrunable, prune } from './prune.js'
import { attemptsOf, jobsAhead, jobsPage, queueInfos } from './reader.js'
import { type JobRow, jobNumber, jobOfRow, type WorkerRow, workerNumber, workerOfRow } from './rows.js'
import {
  allSchedules,
  dropSchedule,
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
  firing,
  skipWaiting,
  slotsPage,
  slotToFire,
  triggerSchedule,
  waitingSchedules,
} from './slots.js'
import { prepareStatements } from './statements.js'
import { readStatistics } from './statistics.js'
import { nextDueAt, sweep, sweepIsDue } from './sweep.js'
import { Upkeep } from './upkeep.js'
import { WakeUp } from './wake-up.js'
import { insertWorker, removeWorker, renewLease } from './workers.js'
import { WriteQueue } from './write-queue.js'

export { preloadDriver } from './driver.js'

/** The store for commands that write; its file is made if it is missing. Throws StoreUnavailableError. */
export function openSqliteStore(location: SqliteLocation, clock: Clock): Store {
  return sqliteStore(openForWriting(location), location, clock)
}

/** The store for commands that only read; null if there is none yet. Throws StoreUnavailableError. */
export function openSqliteReader(location: SqliteLocation, clock: Clock): Store | null {
  const db = openForReading(location.path)
  return db === null ? null : sqliteStore(db, location, clock)
}

function sqliteStore(db: Database.Database, location: SqliteLocation, clock: Clock): Store {
  const { path } = location
  const statements = prepareStatements(db)
  const wakeUp = new WakeUp(db, path, clock)
  const turns = new Turns()
  const tooMany = new NewestTooMany(statements)
  const upkeep = new Upkeep(db, path)
  const newJobs = new NewJobs(statements)
  const fire = firing(statements, clock, newJobs)
  const writes = new WriteQueue(db, location, clock, {
    begin: () => newJobs.begin(),
    end: () => newJobs.write(),
    committed: () => wakeUp.notify(),
  })
  // Whatever comes after an enqueue in its transaction may look for the job.
  const seeing = <T>(use: () => T) => {
    return () => {
      newJobs.write()
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
      return query()
    } catch (thrown) {
      throw storeError(path, thrown)
    }
  }
  return {
    enqueue: (jobs: readonly NewJob[]) =>
      writes.run(noted(() => jobs.map((job) => enqueueJob(statements, clock, newJobs, job)))),
    claim: async (request: ClaimRequest) => {
      const found = await read(() => isAnythingReady(statements, request))
      return found ? writeUnsynced(() => claimJobs(statements, clock, turns, request)) : []
    },
    settle: (ends) => tell(() => settleAttempts(statements, clock, ends)),
    append: (additions) => writeUnsynced(noted(() => append(statements, clock, additions))),
    cancelRequests: (worker) =>
      read(() => (statements.cancelRequests.all(workerNumber(worker)) as { id: number }[]).map((row) => `j${row.id}`)),
    sweep: async (request) => {
      const due = await read(() => sweepIsDue(statements, clock, request.dead))
      if (due) return tell(() => sweep(statements, clock, request))
      return { promoted: 0, reclaimed: 0, buried: 0, nextDueAt: await read(() => nextDueAt(statements)) }
    },
    changes: () => wakeUp.changes(),

    register: async (worker: NewWorker) => `w${await write(() => insertWorker(statements, clock, worker))}`,
    beat: (worker: WorkerId, processes: readonly ProcessIdentity[]) =>
      writeUnsynced(() => renewLease(statements, clock, workerNumber(worker), processes)),
    setTasks: (worker, tasks) =>
      writeUnsynced(() => void statements.setTasks.run(JSON.stringify(tasks), workerNumber(worker))),
    deregister: (worker: WorkerId) => tell(() => removeWorker(statements, clock, workerNumber(worker))),

    cancel: (ids: readonly JobId[]) => tell(() => ids.map((id) => cancelJob(statements, clock, jobNumber(id)))),
    pauseQueues: (names) => tell(() => pauseQueues(statements, clock, names)),
    resumeQueues: (names) => tell(() => resumeQueues(statements, names)),

    prune: async (retention, limit) => {
      const found = await read(() => findPrunable(statements, tooMany, clock.now(), retention, limit))
      return found === null ? 0 : write(() => prune(statements, found, limit))
    },
    maintain: () => read(() => upkeep.run()),

    putSchedules: (schedules) => tell(() => schedules.map((schedule) => putSchedule(statements, clock, schedule))),
    dropSchedules: (names) => tell(() => names.map((name) => dropSchedule(statements, clock, name))),
    pauseSchedules: (names) => tell(() => names.map((name) => pauseSchedule(statements, clock, name))),
    resumeSchedules: (names) => tell(() => names.map((name) => resumeSchedule(statements, clock, name))),
    schedules: (names) => read(() => allSchedules(statements, names)),
    schedulesVersion: () => read(() => schedulesVersion(statements)),
    claimSlots: async (claim) => {
      if (await read(() => claimIsStale(statements, claim))) return 'stale'
      return tell(() => claimSlots(statements, clock, fire, claim))
    },
    waitingSchedules: () => read(() => waitingSchedules(statements)),
    fireWaiting: async ({ name, job }) => {
      if ((await read(() => slotToFire(statements, name))) === null) return null
      return tell(() => fireWaiting(statements, clock, fire, name, job))
    },
    skipWaiting: ({ name, reason }) => tell(() => skipWaiting(statements, clock, name, reason)),
    triggerSchedule: ({ name, job }) => tell(() => triggerSchedule(statements, clock, fire, name, job)),
    slots: (name, page) => read(() => slotsPage(statements, name, page)),
    noteScheduler: () => writeUnsynced(() => noteScheduler(statements, clock)),
    schedulerSeenAt: () => read(() => schedulerSeenAt(statements)),

    job: (id: JobId) =>
      read(() => {
        const row = statements.job.get(jobNumber(id)) as JobRow | undefined
        return row === undefined ? null : jobOfRow(row)
      }),
    jobs: (filter: JobFilter, page: Page) => read(() => jobsPage(db, filter, page)),
    attempts: (id: JobId) => read(() => attemptsOf(statements, id)),
    output: (id, attempt, page) => read(() => outputOf(statements, id, attempt, page)),
    progress: (ids) => read(() => progressOf(statements, ids)),
    queues: () => read(() => queueInfos(statements)),
    pausedQueues: () => read(() => statements.pausedQueues.all() as PausedQueue[]),
    workers: () => read(() => (statements.workers.all() as WorkerRow[]).map((row) => workerOfRow(row, clock))),
    jobsAhead: (id, most) => read(() => jobsAhead(statements, id, most)),
    unfinished: (queues, tasks) =>
      read(() => {
        const wanted = { queues: namesText(queues ?? undefined), tasks: namesText(tasks) }
        return statements.anyUnfinished.get(wanted) !== undefined
      }),
    queuedByTask: (queues) =>
      read(() => statements.queuedByTask.all({ queues: namesText(queues ?? undefined) }) as TaskCount[]),
    statistics: (since) => read(() => readStatistics(statements, since)),
    running: (limit) => read(() => (statements.running.all(limit) as JobRow[]).map(jobOfRow)),

    close: async () => {
      await writes.drained()
      db.close()
      wakeUp.close()
    },
  }
}
