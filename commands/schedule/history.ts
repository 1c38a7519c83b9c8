import { Args, Flags } from '@oclif/core'
import { withReader } from '../../src/app/context.js'
import { slotHistory } from '../../src/app/schedules/slot-history.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { historyTable } from '../../src/cli/schedules/slots-table.js'

export default class ScheduleHistory extends DataCommand {
  static override summary = 'Show what became of each time of a schedule, and why'
  static override description =
    `Shows the newest time first: fired, late (fired too), skipped, missed, or waiting for an earlier job to end.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule history report',
    '<%= config.bin %> schedule history report --limit 10 --json',
  ]
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule, also one that was removed' }),
  }
  static override flags = {
    limit: Flags.integer({ default: 50, min: 1, max: 10_000, summary: 'Show at most this many', helpValue: 'N' }),
    before: Flags.string({
      summary: 'Show only times before this one: ISO 8601, or HH:MM for the last such time',
      helpValue: 'TIME',
    }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleHistory)
    const { name } = args
    const { limit, before = null } = flags
    const { slots, tz } = await withReader(await this.context(flags), (store) =>
      slotHistory(store, { name, limit, before }),
    )
    if (!this.jsonEnabled()) this.log(slots.length === 0 ? 'Nothing yet.' : await historyTable(slots, tz))
    return { name, slots }
  }
}
