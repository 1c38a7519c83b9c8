import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { commandFlags } from '../../src/cli/command-settings.js'
import { jobFlags } from '../../src/cli/run/flags.js'
import { define } from '../../src/cli/schedules/define.js'
import { scheduleFlags } from '../../src/cli/schedules/flags.js'
import { readSchedule, refuseMistypedSubcommand } from '../../src/cli/schedules/order.js'
import { schedulesTable } from '../../src/cli/schedules/schedules-table.js'
import { systemClock } from '../../src/engine/clock.js'

const { queue, priority, retries, timeout, expires } = jobFlags

export default class Schedule extends DataCommand {
  static override summary = 'Add a schedule that runs a task, or change the one of that name'
  static override description =
    `Give --cron, --every, --in or --at. Write arguments as for "offstage run". After -- comes a command.
Exit codes: 0 done, 2 usage, 6 store unavailable.`
  static override examples = [
    "<%= config.bin %> schedule report --cron '0 2 * * *' --tz Europe/Berlin",
    '<%= config.bin %> schedule tokens.clean --in 1h',
    '<%= config.bin %> schedule analytics --every 1d --start-at 02:00 --overlap queue',
    "<%= config.bin %> schedule --name backup --cron '0 3 * * SUN' -- ./backup.sh",
  ]
  static override strict = false
  static override usage = ['schedule TASK [ARGS...] [FLAGS]', 'schedule [FLAGS] -- COMMAND [ARGS...]']
  static override args = {
    task: Args.string({ required: true, ignoreStdin: true, description: 'Its name, as in "offstage tasks"' }),
  }
  static override flags = {
    ...scheduleFlags,
    ...commandFlags,
    data: Flags.string({ summary: 'The last argument, as a JSON object', helpValue: 'JSON|@FILE|-' }),
    queue,
    priority,
    retries,
    timeout,
    expires,
  }

  protected override readonly takesCommand = true

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(Schedule)
    const { command } = this.line
    if (command === null) refuseMistypedSubcommand(argv as string[], flags, this.#subcommands())
    const request = await readSchedule(argv as string[], command, flags, systemClock.now())
    const schedule = await define(await this.context(flags), request)
    if (!this.jsonEnabled()) this.log(await schedulesTable(schedule === null ? [] : [schedule], systemClock.now()))
    return schedule
  }

  #subcommands(): readonly string[] {
    return this.config.commandIDs.flatMap((id) => (id.startsWith('schedule:') ? id.slice('schedule:'.length) : []))
  }
}
