import { describe, expect, test } from 'vitest'
import { enqueueJob } from '../support/store.js'
import { jobsAfterCrash, storedJobs } from '../support/store-file.js'
import { type Call, pointsOf, trace, tracedProject, untraceable } from '../support/tracing.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

if (untraceable !== null) console.log(`errors of the disk: skipped, ${untraceable}`)

const random = newRandom()
const many = long ? 4 : 1
const faults: readonly (readonly [call: Call, error: string, points: number])[] = [
  ['fsync', 'EIO', 3],
  ['pwrite64', 'EIO', 3],
  ['pwrite64', 'ENOSPC', 3],
]

describe.skipIf(untraceable !== null)('a disk that reports an error', { timeout: long ? 300_000 : 90_000 }, () => {
  test.each(faults)(
    '%s with %s: nothing that was printed is lost, and what was refused says why.',
    async (call, error, points) => {
      const traced = tracedProject()
      const { project, log } = traced
      // Two commits: the ids of the first are printed before the second is made.
      const args = `run work --each '${project.write('in.txt', '0\n'.repeat(1_100))}' --detach`
      await enqueueJob(project, 'work', [0]) // the store is made before
      const printed = new Set<string>()
      let refused = 0
      for (const { n } of await pointsOf(traced, args, { [call]: points * many }, random)) {
        const inject = `-e trace=${call} -e inject=${call}:error=${error}:when=${n}`
        const { exitCode, stdout, stderr } = await trace(project, log, inject, args)
        // An error that SQLite can do without, such as of a checkpoint, is no error of the command.
        expect([0, 6], stderr).toContain(exitCode)
        if (exitCode === 6) {
          refused++
          expect(stderr).toMatch(/error: store .*: (the disk|it cannot).*\n {2}/)
        }
        for (const id of stdout.split('\n').slice(0, -1)) printed.add(id)
        const stored = new Set(jobsAfterCrash(project).map(({ id }) => id))
        expect([...printed].filter((id) => !stored.has(id))).toEqual([])
      }
      const burst = await project.run(['workers', 'start', '--burst'])
      expect(burst.exitCode, burst.stderr).toBe(0)
      expect(storedJobs(project).filter(({ state }) => state !== 'completed')).toEqual([])
      console.log(`errors of the disk, ${call} ${error}, seed ${seed}: ${refused} refused of ${points * many}`)
    },
  )
})
