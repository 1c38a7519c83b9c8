import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { changesText } from '../../src/cli/schedules/changes-text.js'
import { syncSchedules } from '../../src/cli/schedules/sync.js'

export default class ScheduleSync extends DataCommand {
  static override summary = 'Store the schedules of the code and the config'
  static override description =
    `Shows what it adds (+), changes (~) and removes (-), and asks before it removes any. Schedules that were made on the command line stay.
Exit codes: 0 done, 1 a module or a schedule is faulty, 2 usage, 6 store unavailable.`
  static override examples = ['<%= config.bin %> schedule sync --dry-run', '<%= config.bin %> schedule sync --yes']
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only show the changes' }),
    yes: Flags.boolean({ char: 'y', summary: 'Remove without asking' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ScheduleSync)
    const choice = { dryRun: flags['dry-run'], yes: flags.yes }
    const { exitCode, ...answer } = await syncSchedules(await this.context(flags), choice, (changes) => {
      if (!this.jsonEnabled() && changes.length > 0) this.log(changesText(changes))
    })
    process.exitCode = exitCode
    return answer
  }
}
