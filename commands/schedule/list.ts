import { withReader } from '../../src/app/context.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { sayIfNobodySchedules, shownSchedules } from '../../src/cli/schedules/find.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

export default class ScheduleList extends DataCommand {
  static override summary = 'List the schedules: what they run, when next, and who made them'
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ScheduleList)
    const context = await this.context(flags)
    const items = await withReader(context, async (store) => {
      const schedules = await shownSchedules(store, context, null)
      if (schedules.length > 0 && !this.jsonEnabled()) await sayIfNobodySchedules(store)
      return schedules
    })
    const none = 'No schedules. Add one: offstage schedule TASK --every 1h'
    if (!this.jsonEnabled()) this.log(items.length === 0 ? none : await schedulesTable(items, systemClock.now()))
    return { items }
  }
}
