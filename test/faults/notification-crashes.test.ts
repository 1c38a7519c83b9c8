import { expect, test } from 'vitest'
import type { CliProject } from '../support/cli.js'
import { enqueueJobs } from '../support/store.js'
import { afterCrash } from '../support/store-file.js'
import { pointsOf, trace, tracedProject, untraceable } from '../support/tracing.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const random = newRandom()
const many = long ? 4 : 1
const args = 'workers start --burst'

/** The numbers of the jobs that have failed, and of those that a stored notification tells of. */
function failedAndTold(project: CliProject) {
  return afterCrash(project, (db) => {
    const failed = db.prepare("SELECT id FROM job_rows WHERE state = 'failed' ORDER BY id").pluck().all()
    const keys = db.prepare("SELECT unique_key FROM jobs WHERE unique_key LIKE 'offstage:notify:%'").pluck().all()
    const told = (keys as string[]).map((key) => Number(key.split(':')[2]?.slice(1)))
    return { failed, told: told.sort((a, b) => a - b) }
  })
}

test.skipIf(untraceable !== null)(
  'A worker that is killed at any write or fsync has stored each failure with its one notification, or neither.',
  { timeout: long ? 600_000 : 180_000 },
  async () => {
    const traced = tracedProject()
    const { project, log } = traced
    project.write('tasks/bad.mjs', `export const fail = () => { throw new Error('no') }\n`)
    project.write('tasks/tell.mjs', 'export const told = ({ job }) => job.id\n')
    project.write('offstage.config.json', '{ "notify": { "onFailed": "tell.told" } }')
    const add = () => enqueueJobs(project, 'bad.fail', 100, [], { retries: 0 })
    await add()
    const points = await pointsOf(traced, args, { pwrite64: 12 * many, fsync: 4 * many }, random)
    let kills = 0
    for (const { call, n } of points) {
      await add()
      const { exitCode } = await trace(
        project,
        log,
        `-e trace=${call} -e inject=${call}:signal=SIGKILL:when=${n}`,
        args,
      )
      if (exitCode === 137) kills++
      const { failed, told } = failedAndTold(project)
      expect(told, `${call} ${n}`).toEqual(failed)
    }
    console.log(`crash points, notifications, seed ${seed}: ${kills} kills at ${points.length} points`)
    expect(kills).toBeGreaterThanOrEqual(Math.ceil(points.length / 2))
  },
)
