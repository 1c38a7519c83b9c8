import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { pause } from '../../src/cli/schedules/change.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class SchedulePause extends DataCommand {
  static override summary = 'Pause schedules: their times are left out'
  static override description =
    `Each slot that passes meanwhile is recorded as skipped. Jobs that are there already go on.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = ['<%= config.bin %> schedule pause report']
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
