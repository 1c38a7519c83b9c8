import { Args } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { resume } from '../../src/cli/schedules/change.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class ScheduleResume extends DataCommand {
  static override summary = 'Let paused schedules fire again'
  static override description = `Times that passed during the pause stay skipped.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule resume report',
    '<%= config.bin %> schedule resume report invoices --json',
  ]
  static override strict = false
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule; several may be given' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(ScheduleResume)
    const items = await resume(await this.context(flags), argv as string[])
    if (!this.jsonEnabled()) this.log(await schedulesTable(items, systemClock.now()))
    return { items }
  }
}
