import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { clear } from '../../src/cli/queues/clear.js'

export default class QueuesClear extends DataCommand {
  static override summary = 'Cancel all jobs that wait on a queue'
  static override description = `Cancels queued and delayed jobs, and jobs that wait for a retry. Running jobs continue.
The command asks first; --yes skips the question.
Exit codes: 0 done, 2 usage, 5 no such queue, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> queues clear mail --dry-run',
    '<%= config.bin %> queues clear mail --yes',
  ]
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A queue, as in "offstage queues list"' }),
  }

  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only show how many jobs it would change' }),
    yes: Flags.boolean({ char: 'y', summary: 'Change them without asking' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(QueuesClear)
    const context = await this.context(flags)
    return { items: await clear(context, args.name, { dryRun: flags['dry-run'], yes: flags.yes }) }
  }
}
