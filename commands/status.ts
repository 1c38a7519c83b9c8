import { Args, Flags } from '@oclif/core'
import { type Context, withReader } from '../src/app/context.js'
import { currentStatus } from '../src/app/current-status.js'
import { findJob } from '../src/app/jobs/find-job.js'
import { statusForPeople } from '../src/app/shown-commands.js'
import { DataCommand } from '../src/cli/base-command.js'
import { follow } from '../src/cli/jobs/follow.js'
import { jobText } from '../src/cli/jobs/job-text.js'
import { sayIfMissing } from '../src/cli/missing-store.js'
import { monitorOptions, watchFlags } from '../src/cli/monitor-flags.js'
import { assertFlags, assertNow, checkedText } from '../src/cli/status/assertions.js'
import { statusText } from '../src/cli/status/status-text.js'
import { canShowScreen } from '../src/cli/watch.js'
import { watchStatus } from '../src/cli/watch-status.js'
import { UsageError } from '../src/domain/errors.js'
import { systemClock } from '../src/engine/clock.js'

export default class Status extends DataCommand {
  static override summary = 'Show queues, workers and schedules, or everything about a job'
  static override description = `With --follow it exits as "offstage run" does for that job.
Exit codes: 0 done, 1 an assertion does not hold or the followed job failed, 2 usage, 3 it timed out, 4 it was cancelled, 5 no such job, 6 store unavailable, 130 interrupted.`
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status j42 --follow',
    '<%= config.bin %> status --watch',
    '<%= config.bin %> status --assert "queue.mail.queued < 100" --assert "failed{since=5m} == 0"',
    '<%= config.bin %> status --json',
  ]
  static override args = {
    job: Args.string({ ignoreStdin: true, description: 'The id of a job: j42, or 42' }),
  }

  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Show each new state until the job has ended' }),
    watch: Flags.boolean({ char: 'w', summary: 'The live monitor: the same as "offstage monitor"' }),
    ...assertFlags,
    ...watchFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status)
    if (flags.follow && args.job === undefined)
      throw new UsageError('E_USAGE', '--follow is for one job', 'name it: offstage status JOB --follow')
    const context = await this.context(flags)
    sayIfMissing(context, flags.store)
    if (flags.assert !== undefined) {
      const checked = await assertNow(context, flags.assert, args.job)
      this.log(checkedText(checked))
      return checked
    }
    if (flags.watch) {
      if (this.jsonEnabled()) throw new UsageError('E_USAGE', '--watch is not for JSON', 'leave out --watch or --json')
      return watch(context, args.job, monitorOptions(flags))
    }
    return withReader(context, async (store) => {
      if (args.job !== undefined) {
        if (flags.follow) await follow(store, args.job)
        const job = await findJob(store, args.job, context.redact, systemClock.now())
        if (!this.jsonEnabled()) this.log(jobText(job))
        return job
      }
      const now = systemClock.now()
      const status = await currentStatus(store, now, context.redact)
      if (!this.jsonEnabled()) {
        this.log(await statusText(await statusForPeople(store, status, context.redact, now), now))
      }
      return status
    })
  }
}

async function watch(context: Context, job: string | undefined, options: ReturnType<typeof monitorOptions>) {
  if (job !== undefined)
    throw new UsageError('E_USAGE', '--watch is for all jobs', `for one: offstage status ${job} -f`)
  if (!canShowScreen()) return watchStatus(context, options.intervalMs)
  const { runMonitor } = await import('../src/tui/monitor.js')
  await runMonitor(context, options)
}
