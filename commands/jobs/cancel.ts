import { withStoreUnless } from '../../src/app/context.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { actOn } from '../../src/cli/jobs/bulk.js'
import { bulkFlags, bulkTarget, isDryRun } from '../../src/cli/jobs/bulk-flags.js'
import { cancellable, cancelling } from '../../src/cli/jobs/cancel.js'

export default class JobsCancel extends DataCommand {
  static override summary = 'Cancel jobs, running ones too'
  static override description =
    `A waiting job is cancelled at once. A running job gets its signal, and is ended if it continues.
Give ids or a filter. With a filter the command asks first; --yes skips the question.
Exit codes: 0 done, 2 usage, 5 no such job, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> jobs cancel j42 j43',
    '<%= config.bin %> jobs cancel --queue mail --state queued --dry-run',
  ]
  static override strict = false
  static override usage = 'jobs cancel [ID...] [FLAGS]'
  static override flags = bulkFlags

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(JobsCancel)
    const context = await this.context(flags)
    const target = bulkTarget('cancel', argv as string[], flags, cancellable)
    const items = await withStoreUnless(isDryRun(target), context, (store) => actOn(store, cancelling, target))
    return { items: items.map(({ id, answer }) => ({ id, answer })) }
  }
}
