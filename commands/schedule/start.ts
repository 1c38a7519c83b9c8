import { BaseCommand } from '../../src/cli/base-command.js'
import { logFlag } from '../../src/cli/log/flag.js'

export default class ScheduleStart extends BaseCommand {
  static override summary = 'Fire schedules until it is stopped, and run no jobs'
  static override description =
    `"offstage workers start" fires schedules too. Any number may run at once: each time of a schedule fires once.
Exit codes: 0 done, 1 it could not continue, 2 usage, 6 store unavailable, 130 or 143 a second signal ended it at once.`
  static override examples = [
    '<%= config.bin %> schedule start',
    '<%= config.bin %> schedule start --store sqlite:/srv/jobs.db',
  ]

  static override flags = { log: logFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(ScheduleStart)
    const { startScheduler } = await import('../../src/cli/schedules/start.js')
    process.exitCode = await startScheduler(await this.context(flags), flags.log)
  }
}
