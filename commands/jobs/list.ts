import { Flags } from '@oclif/core'
import { withReader } from '../../src/app/context.js'
import { jobIdOf } from '../../src/app/jobs/find-job.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { filterFlags, jobFilter } from '../../src/cli/jobs/filter-flags.js'
import { jobsTable } from '../../src/cli/jobs/job-text.js'
import { systemClock } from '../../src/engine/clock.js'
import { jobToListItem } from '../../src/views/job.js'

export default class JobsList extends DataCommand {
  static override summary = 'List jobs, the newest first'
  static override examples = [
    '<%= config.bin %> jobs list --state failed --task email.send',
    '<%= config.bin %> jobs list --older-than 1h --json',
  ]
  static override flags = {
    ...filterFlags,
    limit: Flags.integer({ char: 'n', default: 50, min: 1, max: 1000, summary: 'How many at most', helpValue: 'N' }),
    after: Flags.string({ summary: 'Go on after this: the "next" of the page before', helpValue: 'CURSOR' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(JobsList)
    const context = await this.context(flags)
    const filter = jobFilter(flags, systemClock.now())
    const after = flags.after === undefined ? null : jobIdOf(flags.after)
    const { page, progress } = await withReader(context, async (store) => {
      const found = await store.jobs(filter, { limit: flags.limit, after })
      return { page: found, progress: await store.progress(found.items.map(({ id }) => id)) }
    })
    const items = page.items.map((job) => jobToListItem(job, context.redact, progress.get(job.id)))
    if (!this.jsonEnabled()) {
      this.log(items.length === 0 ? 'No jobs.' : await jobsTable(items))
      if (page.next !== null) this.log(`\nMore: --after ${page.next}`)
    }
    return { items, next: page.next }
  }
}
