import { Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { prune } from '../../src/cli/jobs/prune.js'

export default class JobsPrune extends DataCommand {
  static override summary = 'Remove the jobs that the retention no longer keeps, now'
  static override description =
    `Workers do the same in the background, with slots of schedules and statistics that are too old.
The command asks first; --yes skips the question.
Exit codes: 0 done, 2 usage, 6 store unavailable, 130 interrupted.`
  static override examples = ['<%= config.bin %> jobs prune --dry-run', '<%= config.bin %> jobs prune --yes']
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only show how many jobs it would change' }),
    yes: Flags.boolean({ char: 'y', summary: 'Change them without asking' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(JobsPrune)
    return prune(await this.context(flags), { dryRun: flags['dry-run'], yes: flags.yes })
  }
}
