import { Flags } from '@oclif/core'
import { type Context, withReader } from '../src/app/context.js'
import { readHealth } from '../src/app/health/current-health.js'
import { storeBytes } from '../src/app/metrics/store-bytes.js'
import { DataCommand } from '../src/cli/base-command.js'
import { exitCodes } from '../src/cli/exit-codes.js'
import { healthText } from '../src/cli/health-text.js'
import { sayIfMissing } from '../src/cli/missing-store.js'
import { parseDuration, parseWindow } from '../src/domain/duration.js'
import { isAtLeast } from '../src/domain/health.js'
import { formatSize } from '../src/domain/size.js'
import { systemClock } from '../src/engine/clock.js'
import { healthToJson } from '../src/views/health.js'

export default class Health extends DataCommand {
  static override summary = 'Say whether jobs run as they should: healthy, degraded or unhealthy'
  static override description =
    `Degraded: over 10 % of the jobs that ended within --window failed; a job is queued for longer than --max-latency; a schedule is over 5 minutes past its time, or has had no success within its expectSuccessEvery.
Unhealthy: over 50 % failed, or a job is queued for too long while no worker is alive. Paused queues do not count.
Exit codes: 0, or 1 if the status is that of --fail-on or worse; 2 usage, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> health',
    '<%= config.bin %> health --fail-on degraded --window 1h',
    '<%= config.bin %> health --json',
  ]
  static override flags = {
    window: Flags.string({ default: '5m', summary: 'Count failures within this time', helpValue: 'DURATION' }),
    'max-latency': Flags.string({
      default: '5m',
      summary: 'How long a job may wait on its queue',
      helpValue: 'DURATION',
    }),
    'fail-on': Flags.option({ options: ['degraded', 'unhealthy'] as const, default: 'unhealthy' as const })({
      summary: 'From which status on to exit with 1',
    }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Health)
    const windowMs = parseWindow(flags.window, '--window')
    const maxLatencyMs = parseDuration(flags['max-latency'], '--max-latency')
    const context = await this.context(flags)
    sayIfMissing(context, flags.store)
    const current = await withReader(context, (store) =>
      readHealth(store, { windowMs, maxLatencyMs }, systemClock.now(), context.redact),
    )
    if (isAtLeast(current.health.status, flags['fail-on'])) process.exitCode = exitCodes.failed
    if (!this.jsonEnabled()) this.log(healthText(current, windowMs, storeText(context)))
    return healthToJson(current.health, current.numbers)
  }
}

function storeText({ location }: Context): string {
  if (location.kind === 'redis') return 'readable'
  const bytes = storeBytes(location)
  return bytes === null ? 'none yet' : `readable, ${formatSize(bytes)}`
}
