import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { pause } from '../../src/cli/schedules/change.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class SchedulePause extends DataCommand {
  static override summary = 'Pause schedules: they do not fire'
  static override description =
    `The history records each time that passes during the pause as skipped. Jobs that are enqueued already continue.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule pause report',
    '<%= config.bin %> schedule pause report invoices',
  ]
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule; several may be given' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(SchedulePause)
    const items = await pause(await this.context(flags), argv as string[])
    if (!this.jsonEnabled()) this.log(await schedulesTable(items, systemClock.now()))
    return { items }
  }
}
