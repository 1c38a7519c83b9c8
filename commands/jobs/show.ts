import { Args } from '@oclif/core'
import { withReader } from '../../src/app/context.js'
import { findJob } from '../../src/app/jobs/find-job.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { jobText } from '../../src/cli/jobs/job-text.js'
import { systemClock } from '../../src/engine/clock.js'

export default class JobsShow extends DataCommand {
  static override summary = 'Show everything about a job'
  static override description = 'Exit codes: 0 done, 2 usage, 5 no such job, 6 store unavailable.'
  static override examples = ['<%= config.bin %> jobs show j42', '<%= config.bin %> jobs show 42 --json']
  static override args = {
    job: Args.string({ required: true, ignoreStdin: true, description: 'The id of a job: j42, or 42' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(JobsShow)
    const context = await this.context(flags)
    const job = await withReader(context, (store) => findJob(store, args.job, context.redact, systemClock.now()))
    if (!this.jsonEnabled()) this.log(jobText(job))
    return job
  }
}
