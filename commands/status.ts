import { Args } from '@oclif/core'
import { DataCommand } from '../src/cli/base-command.js'
import { withReader } from '../src/cli/context.js'
import { findJob } from '../src/cli/find-job.js'
import { jobText } from '../src/cli/render/job-text.js'
import { statusText, statusToJson } from '../src/cli/render/status.js'
import { systemClock } from '../src/engine/clock.js'

export default class Status extends DataCommand {
  static override summary = 'Show queues and workers, or everything about a job'
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status j42',
    '<%= config.bin %> status --json',
  ]
  static override args = {
    job: Args.string({ ignoreStdin: true, description: 'The id of a job: j42, or 42' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status)
    const context = await this.context(flags)
    return withReader(context, async (store) => {
      const now = systemClock.now()
      if (args.job !== undefined) {
        const job = await findJob(store, args.job, context.redact, now)
        if (!this.jsonEnabled()) this.log(jobText(job))
        return job
      }
      const status = await statusToJson(store, now)
      if (!this.jsonEnabled()) this.log(await statusText(status, now))
      return status
    })
  }
}
