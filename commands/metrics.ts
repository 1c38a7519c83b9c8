import { Flags } from '@oclif/core'
import { withReader } from '../src/app/context.js'
import { readMetrics } from '../src/app/metrics/current-metrics.js'
import { prometheusMetrics } from '../src/app/metrics/prometheus-metrics.js'
import { DataCommand } from '../src/cli/base-command.js'
import { lookOfStdout } from '../src/cli/look.js'
import { metricsText } from '../src/cli/metrics-text.js'
import { parseDuration } from '../src/domain/duration.js'
import { UsageError } from '../src/domain/errors.js'
import { systemClock } from '../src/engine/clock.js'
import { metricsToJson } from '../src/views/metrics.js'

const hourMs = 3_600_000

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
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(MetricsCommand)
    const sinceMs = flags.since === undefined ? null : parseDuration(flags.since, '--since')
    const context = await this.context(flags)
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
      const now = systemClock.now()
      const metrics = await readMetrics(store, sinceMs === null ? null : now - sinceMs)
      const json = metricsToJson(metrics, sinceMs)
      if (flags.format === 'json' && !this.jsonEnabled()) this.logJson(json)
      else if (!this.jsonEnabled()) {
        const minutes = lookOfStdout().width === null ? null : await store.statisticsByMinute(now - hourMs)
        this.log(await metricsText(metrics, sinceMs, minutes === null ? null : { minutes, now }))
      }
      return json
    })
  }
}
