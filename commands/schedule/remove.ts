import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { remove } from '../../src/cli/schedules/change.js'

export default class ScheduleRemove extends DataCommand {
  static override summary = 'Remove schedules; their jobs and their history stay'
  static override description =
    `The command asks first; --yes skips the question. A schedule of the code or the config comes back with the next start of a worker.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule remove report --yes',
    '<%= config.bin %> schedule remove report invoices --dry-run',
  ]
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule; several may be given' }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only show which schedules it would remove' }),
    yes: Flags.boolean({ char: 'y', summary: 'Remove without asking' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(ScheduleRemove)
    const choice = { dryRun: flags['dry-run'], yes: flags.yes }
    return { items: await remove(await this.context(flags), argv as string[], choice) }
  }
}
