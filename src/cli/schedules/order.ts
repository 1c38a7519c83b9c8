import { commandSchedule, type ScheduleRequest } from '../../app/schedules/schedule-request.js'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { nearestName } from '../../domain/names.js'
import type { ScheduledOptions } from '../../domain/schedule/schedule.js'
import { parseTaskArguments } from '../arguments.js'
import { type CommandFlagValues, commandSettings, refuseCommandFlags } from '../command-settings.js'
import { readStdin } from '../input.js'
import { enqueueOptions, type JobFlagValues } from '../run/flags.js'
import { type ScheduleFlagValues, scheduleOptions } from './flags.js'

interface FlagValues extends ScheduleFlagValues, CommandFlagValues, Omit<JobFlagValues, 'at' | 'delay' | 'key'> {
  readonly name?: string | undefined
  readonly data?: string | undefined
}

/**
 * The schedule that a command line asks for: of a task with its arguments, or of a shell command. Throws UsageError.
 */
export async function readSchedule(
  words: readonly string[],
  command: readonly string[] | null,
  flags: FlagValues,
  now: EpochMs,
): Promise<ScheduleRequest> {
  const { queue, priority, retries, timeout, expires } = flags
  const ofJobs = enqueueOptions({ queue, priority, retries, timeout, expires }, now) as ScheduledOptions
  const options = { ...scheduleOptions(flags, now), ...ofJobs }
  const name = flags.name ?? null
  if (command !== null) {
    return commandSchedule({ words: command, settings: commandSettings(flags) }, name, options, now)
  }
  refuseCommandFlags(flags)
  const [task = '', ...others] = words
  const data = flags.data === '-' ? await readStdin() : (flags.data ?? null)
  const args = JSON.parse(parseTaskArguments(others, data)) as unknown[]
  return { task, name, options: { ...options, args }, declaredAt: now }
}

/** Throws UsageError for a schedule without times whose task is nearly the name of a subcommand. */
export function refuseMistypedSubcommand(
  [word = '']: readonly string[],
  { cron, every, at, in: delay }: ScheduleFlagValues,
  subcommands: readonly string[],
): void {
  // A task called `report` is no `import`: whoever mistypes a name has its first letter.
  const alike = subcommands.filter((name) => name[0] === word[0])
  const meant = [cron, every, at, delay].some((time) => time !== undefined) ? null : nearestName(word, alike)
  if (meant === null) return
  const hint = `give one of --cron, --every, --in and --at; or did you mean "offstage schedule ${meant}"?`
  throw new UsageError('E_SCHEDULE', 'a schedule has no times', hint)
}
