import { Args, Flags } from '@oclif/core'
import { DataCommand } from '../../src/cli/base-command.js'
import { namedZone } from '../../src/cli/named-zone.js'
import { jobFlags } from '../../src/cli/run/flags.js'
import { scheduleFlags } from '../../src/cli/schedules/flags.js'
import { importCrontab } from '../../src/cli/schedules/import.js'

export default class ScheduleImport extends DataCommand {
  static override summary = 'Make schedules of a crontab'
  static override description =
    `Each entry becomes a schedule of its command, in the home folder and with the variables of the crontab. Shows what it adds (+) and changes (~).
All lines are checked first. If one cannot be imported, nothing is stored, unless --skip-invalid leaves it out. Another import of the same crontab changes nothing.
Exit codes: 0 done, 2 usage, or a line that cannot be imported, 6 store unavailable.`
  static override examples = [
    'crontab -l | <%= config.bin %> schedule import -',
    '<%= config.bin %> schedule import my.crontab --dry-run',
    '<%= config.bin %> schedule import /etc/cron.d/backup --user-column --skip-invalid',
  ]
  static override args = {
    crontab: Args.string({ required: true, ignoreStdin: true, description: 'A file, or - for stdin' }),
  }
  static override flags = {
    'user-column': Flags.boolean({ summary: 'Its entries name a user, as in /etc/crontab and /etc/cron.d' }),
    'skip-invalid': Flags.boolean({ summary: 'Leave out lines that cannot be imported' }),
    'dry-run': Flags.boolean({ summary: 'Only show the changes' }),
    tz: Flags.string({
      summary: 'The zone of entries without CRON_TZ. Default: that of this machine',
      helpValue: 'ZONE',
    }),
    overlap: scheduleFlags.overlap,
    'catch-up': scheduleFlags['catch-up'],
    queue: jobFlags.queue,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleImport)
    const { tz = namedZone(), overlap, queue } = flags
    const given = Object.entries({ tz, overlap, catchUp: flags['catch-up'], queue }).filter(
      ([, value]) => value !== undefined,
    )
    const request = {
      source: args.crontab,
      hasUsers: flags['user-column'],
      skipInvalid: flags['skip-invalid'],
      dryRun: flags['dry-run'],
      options: Object.fromEntries(given),
    }
    return importCrontab(await this.context(flags), request, (text) => {
      if (!this.jsonEnabled() && text !== '') this.log(text)
    })
  }
}
