import { withReader } from '../../src/app/context.js'
import { isSchedulerAlive, listSchedules } from '../../src/app/schedules/find-schedule.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { say } from '../../src/cli/say.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

const noScheduler = 'no scheduler runs; start one: offstage workers start, or offstage schedule start'

export default class ScheduleList extends DataCommand {
  static override summary = 'List schedules: what they run, when next, and where they come from'
  static override description = 'Exit codes: 0 done, 2 usage, 6 store unavailable.'
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ScheduleList)
    const context = await this.context(flags)
    const items = await withReader(context, async (store) => {
      const schedules = await listSchedules(store, context.redact)
      // People may wait for what nothing will fire.
      if (schedules.length > 0 && !this.jsonEnabled() && !(await isSchedulerAlive(store))) say(noScheduler)
      return schedules
    })
    const none = 'No schedules. Add one: offstage schedule TASK --every 1h'
    if (!this.jsonEnabled()) this.log(items.length === 0 ? none : await schedulesTable(items, systemClock.now()))
    return { items }
  }
}
