import { withStoreUnless } from '../../src/app/context.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { actOn } from '../../src/cli/jobs/bulk.js'
import { bulkFlags, bulkTarget, isDryRun } from '../../src/cli/jobs/bulk-flags.js'
import { removing } from '../../src/cli/jobs/remove.js'
import { finalStates } from '../../src/domain/transitions.js'

export default class JobsRemove extends DataCommand {
  static override summary = 'Remove jobs that have ended, with their attempts and output'
  static override description = `Give ids or a filter. With a filter the command asks first; --yes skips the question.
A job that holds its unique key stays. Statistics keep what they have counted.
Exit codes: 0 done, 1 a named job was not removed, 2 usage, 5 no such job, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> jobs remove j42',
    '<%= config.bin %> jobs remove --state completed --older-than 1h',
  ]
  static override strict = false
  static override usage = 'jobs remove [ID...] [FLAGS]'
  static override flags = bulkFlags

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(JobsRemove)
    const context = await this.context(flags)
    const target = bulkTarget('remove', argv as string[], flags, finalStates)
    return { items: await withStoreUnless(isDryRun(target), context, (store) => actOn(store, removing, target)) }
  }
}
