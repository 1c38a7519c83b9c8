import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { showEnd } from '../../src/cli/run/end-text.js'
import { trigger, triggerAndWait } from '../../src/cli/schedules/trigger.js'

export default class ScheduleTrigger extends DataCommand {
  static override summary = 'Fire a schedule now'
  static override description =
    `Enqueues a job for the workers, and prints its id. It fires also if it is paused or has reached its limit.
With --wait it shows the job until its end, prints its result, and exits as "offstage run" does; Ctrl-C ends only that.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable; with --wait also 1 failed, 3 timed out, 4 cancelled, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> schedule trigger report',
    '<%= config.bin %> schedule trigger report --wait',
    '<%= config.bin %> schedule trigger report --json',
  ]
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule, as in "offstage schedule list"' }),
  }

  static override flags = {
    wait: Flags.boolean({ summary: 'Follow the job to its end' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleTrigger)
    const context = await this.context(flags)
    if (flags.wait) {
      const end = await triggerAndWait(context, args.name)
      const { line, exitCode } = showEnd(end, false, false)
      if (line !== null) this.log(line)
      process.exitCode = exitCode
      return end.job
    }
    const job = await trigger(context, args.name)
    if (!this.jsonEnabled()) this.log(job.id)
    return job
  }
}
