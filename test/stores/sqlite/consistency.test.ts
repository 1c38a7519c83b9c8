import type Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { findInconsistencies } from '../../../src/stores/sqlite/consistency.js'
import { openSqliteStore } from '../../../src/stores/sqlite/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { newSchedule } from '../../support/schedule.js'
import { folderOfTest, openRaw, storePath } from './open.js'

/** A store with a job in every place: j1 ready, j2 scheduled, j3 reserved, j4 running, j5 and j6 ended, j7 tried again. */
async function filled(): Promise<Database.Database> {
  const clock = movableClock()
  const path = storePath(folderOfTest())
  const store = openSqliteStore({ path, durability: 'relaxed' }, clock)
  const outcome = outcomesAt(clock)
  const worker = await store.register(newWorker(clock))
  await store.enqueue([
    newJob({ priority: -5, expiresAt: clock.now() + 1_000, key: { name: 'k', policy: 'skip', forMs: 0 } }),
    newJob({ dueAt: clock.now() + 1_000 }),
    newJob({ reservedFor: worker, queue: 'mail' }),
    newJob({ queue: 'high' }),
    newJob({ queue: 'high' }),
    newJob({ queue: 'high' }),
    newJob({ queue: 'high' }),
  ])
  const shares = [{ name: 'high', weight: 1 }]
  const claims = await store.claim({ worker, queues: { shares, strict: false }, limit: 5 })
  const ends = { j5: outcome.completed(), j6: outcome.failed(), j7: outcome.retry(0) }
  for (const { job, lease } of claims) {
    const ended = ends[job.id as keyof typeof ends]
    if (ended !== undefined) await store.settle([{ lease, outcome: ended }])
  }
  await store.enqueue([newJob({ reservedFor: worker, queue: 'mail' })])
  await store.putSchedules([newSchedule('s')])
  await store.triggerSchedule({ name: 's', job: newJob() })
  await store.cancel(['j9'])
  await store.close()
  return openRaw(path)
}

test('A store with jobs in every place is well.', async () => {
  expect(findInconsistencies(await filled())).toEqual([])
})

const harms: readonly (readonly [what: string, harm: string, found: string | RegExp])[] = [
  ['A failure in minutes only', 'INSERT INTO failure_minutes VALUES (99, 1, 1)', /^there are minutes of failure 99/],
  ['An expiry of no job', 'INSERT INTO expiring VALUES (1, 99)', 'expiring has rows of j99, which is no job'],
  ['A job that is nowhere', 'DELETE FROM scheduled', 'j2 is in 0 places: none'],
  ['A job that waits and runs', 'INSERT INTO scheduled VALUES (4, 1, 0, NULL)', /^j4 is in 2 places: /],
  ['A job that has ended and is ready', 'INSERT INTO ready VALUES (1, 1, 0, 5, 0, 0)', /^j5 is in 2 places: /],
  ['A place of no job', 'DELETE FROM jobs WHERE id = 5', 'ends has j5, which is no job'],
  ['An attempt of no job', 'DELETE FROM jobs WHERE id = 7', 'attempts has rows of j7, which is no job'],
  ['A trouble of no job', 'DELETE FROM jobs WHERE id = 6', 'troubles has rows of j6, which is no job'],
  ['Output of no job', "INSERT INTO output VALUES (99, 1, 1, 1, 'stdout', 'x')", /^output has rows of j99/],
  ['A key of no job', 'UPDATE unique_keys SET job = 99', 'unique_keys has rows of j99, which is no job'],
  ['A key of another job', 'UPDATE unique_keys SET job = 2', /^unique_keys has j2 under another key/],
  [
    'A queue without a name',
    "DELETE FROM queues WHERE name = 'high'",
    /^j4 is of a queue, kind or task without a name/,
  ],
  [
    'A job that is ready under another priority',
    'UPDATE ready SET rank = 0 WHERE job = 1',
    /^ready has j1 under another/,
  ],
  [
    'A job that is reserved for another',
    'UPDATE jobs SET reserved_for = 9 WHERE id = 8',
    /^reserved has j8 under another/,
  ],
  ['A job that runs on another queue', 'UPDATE running SET queue = 1 WHERE job = 4', /^running has j4 under another/],
  ['A job that ended on another queue', 'UPDATE ends SET queue = 1 WHERE job = 5', /^ends has j5 under another/],
  ['A worker that is gone', 'DELETE FROM workers', 'j4 runs on w1, which is no worker'],
  ['An attempt that was never claimed', 'UPDATE attempts SET attempt = 9 WHERE job = 7', 'j7 has attempt 9 of 1'],
  ['A job that would not expire', 'DELETE FROM expiring', 'j1 would not expire'],
  [
    'A queue that is counted wrongly',
    "UPDATE queues SET completed = 5 WHERE name = 'high'",
    'queue high is counted to have 5 jobs completed, and has 1',
  ],
  [
    'A backlog that is counted wrongly',
    'UPDATE backlogs SET ready = 7 WHERE queue = 1',
    /counted to have 7 ready jobs/,
  ],
  [
    'A backlog that is not counted',
    'DELETE FROM backlogs',
    /^task 1 is counted to have 0 ready jobs on queue \d, and has 1/,
  ],
  ['A lost statistic', 'DELETE FROM statistics', /^statistics have 0 completed of task 1 on queue \d, and there are 1/],
  [
    'A statistic too many',
    'UPDATE statistics SET error = error + 1',
    /^statistics have 2 error of task 1 on queue \d, and there are 1/,
  ],
  ['A failure without a group', 'DELETE FROM failures', 'j6 has failed in no group of its task'],
  [
    'An ended job whose slot is open',
    'UPDATE slots SET open = 1, job_state = NULL',
    /^slot \d+ of s is open and j9 has ended/,
  ],
  [
    'An open slot whose job is gone',
    'UPDATE slots SET open = 1, job_state = NULL, job = 99',
    /is open, and j99 is no job/,
  ],
  [
    'Slots that are counted wrongly',
    'UPDATE scheduling SET slots = 7',
    'there are counted to be 7 slots, and there are 1',
  ],
  ['A retry that is not counted', 'UPDATE statistics SET retried = 0', /^statistics have 0 retried/],
]

test.each(harms)('%s is found.', async (_, harm, found) => {
  const db = await filled()
  db.exec(harm)
  expect(findInconsistencies(db)).toContainEqual(typeof found === 'string' ? found : expect.stringMatching(found))
})

test('What was pruned may be counted.', async () => {
  const db = await filled()
  db.exec(`UPDATE highest_removed SET job = 1; UPDATE statistics SET completed = completed + 1`)
  expect(findInconsistencies(db)).toEqual([])
})
