import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { trigger } from '../../src/cli/schedules/trigger.js'

export default class ScheduleTrigger extends DataCommand {
  static override summary = 'Fire a schedule now, whatever its times are'
  static override description =
    `Prints the id of the job, which is for the workers. Its overlap policy, its limit and whether it is paused do not matter.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = ['<%= config.bin %> schedule trigger report']
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
