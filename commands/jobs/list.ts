import { Flags } from '@oclif/core'
import { withReader } from '../../src/app/context.js'
import { jobIdOf } from '../../src/app/jobs/find-job.js'
import { jobFilter, listJobs } from '../../src/app/jobs/list-jobs.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { filterFlags, jobQuery } from '../../src/cli/jobs/filter-flags.js'
import { jobsTable } from '../../src/cli/jobs/job-text.js'
import { say } from '../../src/cli/say.js'
import { systemClock } from '../../src/engine/clock.js'

export default class JobsList extends DataCommand {
  static override summary = 'List jobs, the newest first'
  static override description = 'Exit codes: 0 done, 2 usage, 6 store unavailable.'
  static override examples = [
    '<%= config.bin %> jobs list --state failed --task email.send',
    '<%= config.bin %> jobs list --older-than 1h --json',
  ]
  static override flags = {
    ...filterFlags,
    limit: Flags.integer({
      char: 'n',
      default: 50,
      min: 1,
      max: 1000,
      summary: 'Show at most this many',
      helpValue: 'N',
    }),
    after: Flags.string({ summary: 'Continue after this: the "next" of the page before', helpValue: 'CURSOR' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(JobsList)
    const context = await this.context(flags)
    const filter = jobFilter(jobQuery(flags) ?? {}, systemClock.now())
    const after = flags.after === undefined ? null : jobIdOf(flags.after)
    const found = await withReader(context, (store) =>
      listJobs(store, filter, { limit: flags.limit, after }, context.redact),
    )
    if (!this.jsonEnabled()) {
      this.log(found.items.length === 0 ? 'No jobs.' : await jobsTable(found.items, systemClock.now()))
      if (found.next !== null) say(`More: --after ${found.next}`)
    }
    return found
  }
}
