import { Flags } from '@oclif/core'
import { jobIdOf } from '../../src/app/jobs/find-job.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { waitFor } from '../../src/cli/jobs/wait.js'
import { checkedText, untilFlags, waitUntil } from '../../src/cli/status/assertions.js'
import { parseDuration } from '../../src/domain/duration.js'
import { UsageError } from '../../src/domain/errors.js'

export default class JobsWait extends DataCommand {
  static override summary = 'Wait until jobs have ended, or until something holds'
  static override description = `Says of each how it ended. Ctrl-C ends the waiting, not the jobs.
Exit codes: 0 all completed, else that of the first, in the order given, that did not: 1 failed, 3 timed out, 4 cancelled.
3 after --timeout, 2 usage, 5 no such job, at once, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> jobs wait j42',
    '<%= config.bin %> jobs wait j42 j43 --timeout 5m',
    '<%= config.bin %> jobs wait --until "queue.mail.queued == 0" --timeout 5m',
  ]
  static override strict = false
  static override usage = ['jobs wait ID... [FLAGS]', 'jobs wait --until EXPR [FLAGS]']
  static override flags = {
    ...untilFlags,
    timeout: Flags.string({ summary: 'Wait at most this long. Default: as long as it takes', helpValue: 'DURATION' }),
  }

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(JobsWait)
    const context = await this.context(flags)
    const ids = [...new Set((argv as string[]).map(jobIdOf))]
    const timeoutMs = flags.timeout === undefined ? null : parseDuration(flags.timeout, '--timeout')
    if (flags.until !== undefined) {
      if (ids.length > 0) throw new UsageError('E_USAGE', '--until waits for no ids', 'give ids or --until')
      const checked = await waitUntil(context, flags.until, timeoutMs)
      if (checked.holds) this.log(checkedText(checked))
      return checked
    }
    if (ids.length === 0) throw new UsageError('E_USAGE', 'give the ids of jobs', 'such as: offstage jobs wait j42')
    return { items: await waitFor(context, ids, timeoutMs) }
  }
}
