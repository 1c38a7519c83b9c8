import { Args, Flags } from '@oclif/core'
import { maxSlots } from '../../src/app/schedules/next-slots.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { next } from '../../src/cli/schedules/next.js'
import { dueTable } from '../../src/cli/schedules/slots-table.js'

export default class ScheduleNext extends DataCommand {
  static override summary = 'Show when a schedule fires next'
  static override description = `A note says how a change to or from daylight saving moves a time.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule next report',
    '<%= config.bin %> schedule next report --from 2027-03-20 --to 2027-04-01',
  ]
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'A schedule, as in "offstage schedule list"' }),
  }
  static override flags = {
    count: Flags.integer({
      char: 'n',
      min: 1,
      max: maxSlots,
      summary: 'Show this many times. Default: 10, or all until --to',
      helpValue: 'N',
    }),
    from: Flags.string({ summary: 'Begin at this time instead of now: ISO 8601, or HH:MM', helpValue: 'TIME' }),
    to: Flags.string({ summary: 'End at this time', helpValue: 'TIME' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleNext)
    const { count = null, from = null, to = null } = flags
    const { name } = args
    const slots = await next(await this.context(flags), { name, count, from, to })
    if (!this.jsonEnabled()) this.log(slots.length === 0 ? 'None.' : await dueTable(slots))
    return { name, slots }
  }
}
