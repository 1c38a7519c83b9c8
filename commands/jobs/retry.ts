import { Flags } from '@oclif/core'
import { withStoreUnless } from '../../src/app/context.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { actOn } from '../../src/cli/jobs/bulk.js'
import { bulkFlags, bulkTarget, isDryRun } from '../../src/cli/jobs/bulk-flags.js'
import { retryWithCanary } from '../../src/cli/jobs/canary.js'
import { retriable, retrying } from '../../src/cli/jobs/retry.js'
import { parseDuration } from '../../src/domain/duration.js'
import { UsageError } from '../../src/domain/errors.js'

export default class JobsRetry extends DataCommand {
  static override summary = 'Put failed or cancelled jobs back on their queues'
  static override description = `They stay the same jobs: their retries begin anew, their attempts are kept.
Give ids or a filter, which finds failed jobs, or cancelled ones with --state cancelled.
With a filter the command asks first; --yes skips the question.
Exit codes: 0 done, 1 a named job was not retried or one of the first (--canary) did not complete, 2 usage,
3 the first have not ended in --timeout, 5 no such job, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> jobs retry j42 j43',
    '<%= config.bin %> jobs retry --task email.send --ended-within 1h --dry-run',
    "<%= config.bin %> jobs retry --task email.send --error '421 too many connections' --canary 3",
  ]
  static override strict = false
  static override usage = 'jobs retry [ID...] [FLAGS]'
  static override flags = {
    ...bulkFlags,
    canary: Flags.integer({
      min: 1,
      summary: 'Retry this many first, wait for them, and continue only if all complete',
      helpValue: 'N',
    }),
    timeout: Flags.string({ summary: 'With --canary: wait at most this long', helpValue: 'DURATION' }),
  }

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(JobsRetry)
    const context = await this.context(flags)
    const target = bulkTarget('retry', argv as string[], flags, retriable)
    const { canary: count, timeout } = flags
    if (timeout !== undefined && count === undefined) throw new UsageError('E_JOBS', '--timeout goes with --canary')
    const timeoutMs = timeout === undefined ? null : parseDuration(timeout, '--timeout')
    const items = await withStoreUnless(isDryRun(target), context, (store) =>
      count === undefined
        ? actOn(store, retrying, target)
        : retryWithCanary(store, target, { count, timeoutMs }, context.redact),
    )
    return { items }
  }
}
