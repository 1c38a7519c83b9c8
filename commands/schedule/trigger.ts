import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { trigger } from '../../src/cli/schedules/trigger.js'

export default class ScheduleTrigger extends DataCommand {
  static override summary = 'Fire a schedule now'
  static override description =
    `Enqueues a job for the workers, and prints its id. It fires also if it is paused or has reached its limit.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule trigger report',
    '<%= config.bin %> schedule trigger report --json',
  ]
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule, as in "offstage schedule list"' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleTrigger)
    const job = await trigger(await this.context(flags), args.name)
    if (!this.jsonEnabled()) this.log(job.id)
    return job
  }
}
