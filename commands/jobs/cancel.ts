import { Flags } from '@oclif/core'
import { withStore } from '../../src/app/context.js'
import { jobIdOf } from '../../src/app/jobs/find-job.js'
import { jobFilter } from '../../src/app/jobs/list-jobs.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { cancelByIds, cancelFound } from '../../src/cli/jobs/cancel.js'
import { filterFlags, jobQuery } from '../../src/cli/jobs/filter-flags.js'
import { UsageError } from '../../src/domain/errors.js'
import { systemClock } from '../../src/engine/clock.js'

export default class JobsCancel extends DataCommand {
  static override summary = 'Cancel jobs, running ones too'
  static override description =
    `A waiting job is cancelled at once. A running job gets its signal, and is ended if it continues.
Give ids or a filter. With a filter the command asks first; --yes skips the question.
Exit codes: 0 done, 2 usage, 5 no such job, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> jobs cancel j42 j43',
    '<%= config.bin %> jobs cancel --queue mail --state queued --dry-run',
  ]
  static override strict = false
  static override usage = 'jobs cancel [ID...] [FLAGS]'
  static override flags = {
    ...filterFlags,
    'dry-run': Flags.boolean({ summary: 'Only show which jobs it would cancel' }),
    yes: Flags.boolean({ char: 'y', summary: 'Cancel without asking' }),
  }

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(JobsCancel)
    const context = await this.context(flags)
    const query = jobQuery(flags)
    const ids = (argv as string[]).map(jobIdOf)
    if ((query !== null) === ids.length > 0) {
      throw new UsageError(
        'E_JOBS',
        'give either ids or a filter',
        'such as: offstage jobs cancel j42, or --queue mail',
      )
    }
    if (ids.length > 0 && flags['dry-run']) throw new UsageError('E_JOBS', '--dry-run goes with a filter')
    const filter = jobFilter(query ?? {}, systemClock.now())
    const choice = { dryRun: flags['dry-run'], yes: flags.yes }
    const items = await withStore<readonly object[]>(context, (store) =>
      ids.length > 0 ? cancelByIds(store, ids) : cancelFound(store, filter, choice),
    )
    return { items }
  }
}
