import { Args, Flags } from '@oclif/core'
import { maxSlots } from '../../src/app/schedules/next-slots.js'
import { DataCommand } from '../../src/cli/base-command.js'
import { next, nextOfAll } from '../../src/cli/schedules/next.js'
import { dueTable } from '../../src/cli/schedules/slots-table.js'

export default class ScheduleNext extends DataCommand {
  static override summary = 'Show when a schedule fires next, or all of them'
  static override description =
    `Without a name: the next times of all schedules, in their order. Paused ones are left out.
A note says how a change to or from daylight saving moves a time.
Exit codes: 0 done, 2 usage, 5 no such schedule, 6 store unavailable.`
  static override examples = [
    '<%= config.bin %> schedule next report',
    '<%= config.bin %> schedule next --from 2027-03-20 --to 2027-03-21',
    '<%= config.bin %> schedule next report --from 2027-03-20 --to 2027-04-01',
  ]
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'A schedule, as in "offstage schedule list"' }),
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
    const [context, span] = [await this.context(flags), { count, from, to }]
    const slots = name === undefined ? await nextOfAll(context, span) : await next(context, { name, ...span })
    if (!this.jsonEnabled()) this.log(slots.length === 0 ? 'None.' : await dueTable(slots))
    return name === undefined ? { slots } : { name, slots }
  }
}
