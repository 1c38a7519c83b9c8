import { DataCommand } from '../../src/cli/base-command.js'
import { list } from '../../src/cli/schedules/list.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class ScheduleList extends DataCommand {
  static override summary = 'List schedules: what they run, when next, and where they come from'
  static override description = 'Exit codes: 0 done, 2 usage, 6 store unavailable.'
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ScheduleList)
    const context = await this.context(flags)
    const items = await list(context, this.jsonEnabled())
    const none = 'No schedules. Add one: offstage schedule TASK --every 1h'
    if (!this.jsonEnabled()) this.log(items.length === 0 ? none : await schedulesTable(items, systemClock.now()))
    return { items }
  }
}
