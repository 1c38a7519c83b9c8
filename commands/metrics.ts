import { Flags } from '@oclif/core'
import { type Context, withReader } from '../src/app/context.js'
import { prometheusMetrics } from '../src/app/metrics/prometheus-metrics.js'
import { DataCommand } from '../src/cli/base-command.js'
import { metricsScreen, metricsTextOf } from '../src/cli/metrics-screen.js'
import { intervalOf, watchFlags } from '../src/cli/monitor-flags.js'
import { canShowScreen, printAgain } from '../src/cli/watch.js'
import { parseWindow } from '../src/domain/duration.js'
import { UsageError } from '../src/domain/errors.js'
import { refuseBeyondStatistics } from '../src/domain/retention.js'
import { systemClock } from '../src/engine/clock.js'
import { metricsToJson } from '../src/views/metrics.js'

export default class MetricsCommand extends DataCommand {
  static override summary = 'Show how many jobs ended, failed and were retried, and how long they took, by task'
  static override description =
    `A job that ended is completed or failed; an attempt that was tried again is only retried. Durations are those of last attempts. Removed jobs count too. --since is rounded down to the minute.
Exit codes: 0 done, 2 usage, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> metrics',
    '<%= config.bin %> metrics --since 1h',
    '<%= config.bin %> metrics --format prometheus',
  ]
  static override flags = {
    since: Flags.string({
      summary: 'Count only jobs that ended within this time. Default: all time',
      helpValue: 'DURATION',
    }),
    format: Flags.option({ options: ['table', 'json', 'prometheus'] as const, default: 'table' as const })({
      summary: 'A table for people, JSON, or the text format of Prometheus',
    }),
    watch: Flags.boolean({ char: 'w', summary: 'Draw the table again and again' }),
    interval: watchFlags.interval,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MetricsCommand)
    const sinceMs = flags.since === undefined ? null : parseWindow(flags.since, '--since')
    const context = await this.context(flags)
    refuseBeyondStatistics(sinceMs, context.retention, '--since')
    if (flags.watch) {
      if (this.jsonEnabled() || flags.format !== 'table')
        throw new UsageError('E_USAGE', '--watch shows the table only')
      return watch(context, sinceMs, intervalOf(flags.interval))
    }
    if (flags.format === 'prometheus') {
      if (this.jsonEnabled()) throw new UsageError('E_USAGE', '--format prometheus is not JSON', 'leave out --json')
      if (sinceMs !== null) {
        throw new UsageError('E_USAGE', '--since: the counters of Prometheus are of all time', 'leave it out')
      }
      const { location } = context
      const text = await withReader(context, (store) =>
        prometheusMetrics(store, location, this.config.version, systemClock),
      )
      process.stdout.write(text)
      return undefined
    }
    return withReader(context, async (store) => {
      const { metrics, text } = await metricsScreen(store, sinceMs)
      const json = metricsToJson(metrics, sinceMs)
      if (flags.format === 'json' && !this.jsonEnabled()) this.logJson(json)
      else this.log(text)
      return json
    })
  }
}

async function watch(context: Context, sinceMs: number | null, intervalMs: number): Promise<void> {
  const make = () => metricsTextOf(context, sinceMs)
  if (!canShowScreen()) return printAgain(intervalMs, make)
  const { watchText } = await import('../src/tui/watch-text.js')
  await watchText('offstage metrics: q quits', intervalMs, make)
}
