import { BaseCommand } from '../../src/cli/base-command.js'

export default class ScheduleStart extends BaseCommand {
  static override summary = 'Fire schedules until stopped; the jobs are for workers'
  static override description =
    `"offstage workers start" does so too. Any number may run beside each other: each time of a schedule fires once.
Exit codes: 0 done, 1 it could not go on, 2 usage, 6 store unavailable, 130 or 143 ended at once by a second signal.`
  static override examples = ['<%= config.bin %> schedule start']

  async run(): Promise<void> {
    const { flags } = await this.parse(ScheduleStart)
    const { startScheduler } = await import('../../src/cli/schedules/start.js')
    process.exitCode = await startScheduler(await this.context(flags))
  }
}
