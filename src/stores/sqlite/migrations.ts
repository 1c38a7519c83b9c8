import { firstTables } from './migrations/1-first-tables.js'
import { suspectsAndStatistics } from './migrations/2-suspects-and-statistics.js'
import { leanJobs } from './migrations/3-lean-jobs.js'
import { output } from './migrations/4-output.js'
import { pausedQueues } from './migrations/5-paused-queues.js'
import { schedules } from './migrations/6-schedules.js'
import { leanerIndexes } from './migrations/7-leaner-indexes.js'
import { knownTasks } from './migrations/8-known-tasks.js'
import { jobsOfOneWorker } from './migrations/9-jobs-of-one-worker.js'
import { defaultsOfSchedules } from './migrations/10-defaults-of-schedules.js'

/**
 * The schema, one migration a version. A released migration is frozen: a change is a new one at the end.
 * `PRAGMA user_version` is how many of them a file has.
 */
export const migrations: readonly string[] = [
  firstTables,
  suspectsAndStatistics,
  leanJobs,
  output,
  pausedQueues,
  schedules,
  leanerIndexes,
  knownTasks,
  jobsOfOneWorker,
  defaultsOfSchedules,
]

/** Marks a file as Offstage's own (`PRAGMA application_id`): "Offs" in ASCII. */
export const applicationId = 0x4f666673
