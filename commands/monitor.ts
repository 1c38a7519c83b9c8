import { BaseCommand } from '../src/cli/base-command.js'
import { monitorFlags, monitorOptions } from '../src/cli/monitor-flags.js'
import { canShowScreen } from '../src/cli/watch.js'
import { watchStatus } from '../src/cli/watch-status.js'

export default class Monitor extends BaseCommand {
  static override summary = 'Watch jobs, queues, workers and schedules live, and act on them'
  static override description = `Six views, a key each: 1 to 6. "?" shows all keys, q or Ctrl-C quits.
Where stdout or stdin is no terminal, it prints the status each interval.
Exit codes: 0 quit, 2 usage, 6 store unavailable at the start without a terminal.`
  static override examples = ['<%= config.bin %> monitor', '<%= config.bin %> monitor -n 5 --read-only']
  static override flags = monitorFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Monitor)
    const options = monitorOptions(flags)
    const context = await this.context(flags)
    if (!canShowScreen()) return watchStatus(context, options.intervalMs)
    const { runMonitor } = await import('../src/tui/monitor.js')
    await runMonitor(context, options)
  }
}
