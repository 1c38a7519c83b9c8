import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { remove } from '../../src/cli/schedules/change.js'

export default class ScheduleRemove extends DataCommand {
  static override summary = 'Remove schedules; their jobs and their history stay'
  static override description =
    `It asks first, unless --yes. What the code or the config says comes back with the next start.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = ['<%= config.bin %> schedule remove report --yes']
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule; several may be given' }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only say which schedules it would be' }),
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(ScheduleRemove)
    const choice = { dryRun: flags['dry-run'], yes: flags.yes }
    return { items: await remove(await this.context(flags), argv as string[], choice) }
  }
}
