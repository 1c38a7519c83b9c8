import { messageWithHint, OffstageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { type Crontab, type CrontabEntry, type CrontabRemark, parseCrontab } from '../../domain/schedule/crontab.js'
import { parseSchedule, type ScheduleOptions } from '../../domain/schedule/options.js'
import { reviseSchedule } from '../../domain/schedule/revise.js'
import type { NewSchedule, StoredSchedule } from '../../domain/schedule/schedule.js'
import { commandArgs, type ShellCommand } from '../../domain/shell-command.js'
import { shellTask } from '../../domain/shell-task.js'
import { shellTaskInfo } from '../../engine/shell-task.js'
import { isOnPath } from '../../project/program-file.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import { nameEntries, type PreparedEntry } from './crontab-names.js'
import { byHandNotes, placeNotes, sameCommandNotes, twinNotes } from './crontab-notes.js'
import { refuseIfNeverDue } from './define-schedule.js'
import { listChanges, type ScheduleChange } from './schedule-changes.js'

/** Whose crontab it is, and what its lines leave open. */
export interface CrontabOwner {
  readonly text: string
  /** How it is known again: its path, from the project's folder if it is below it; `-` for stdin. */
  readonly path: string
  /** A column before the command says who runs it. */
  readonly hasUsers: boolean
  /** Who runs its commands here; null where nobody has a name. */
  readonly user: string | null
  readonly home: string
  /** What all its schedules have; a line may have a zone of its own. */
  readonly options: Pick<ScheduleOptions, 'tz' | 'overlap' | 'catchUp' | 'queue'>
}

/** What an import would do. */
export interface ImportPlan {
  readonly schedules: readonly NewSchedule[]
  readonly changes: readonly ScheduleChange[]
  /** The line of each schedule, by its name. */
  readonly lines: ReadonlyMap<string, number>
  readonly refused: readonly CrontabRemark[]
  readonly notes: readonly CrontabRemark[]
  /** Names of schedules of an earlier import of this crontab that it does not have any more. */
  readonly absent: readonly string[]
}

/** Plans how the store gets the schedules of a crontab. */
export async function planImport(store: ScheduleStore, owner: CrontabOwner, now: EpochMs): Promise<ImportPlan> {
  const crontab = parseCrontab(owner.text, owner.hasUsers)
  const refused: CrontabRemark[] = [...crontab.refused]
  const prepared = crontab.entries.flatMap((entry): readonly PreparedEntry[] => {
    const remark = strangerOf(entry, owner)
    const made = remark ?? prepare(entry, owner, now)
    if ('plan' in made) return [made]
    refused.push(made)
    return []
  })
  const stored = await store.schedules()
  const { named, absent } = nameEntries(prepared, stored, owner.path)
  const schedules = named.map(({ name, plan }): NewSchedule => {
    return { name, source: 'cli', task: shellTask, plan, fault: null, declaredAt: now }
  })
  return {
    schedules,
    changes: changesOf(stored, schedules),
    lines: new Map(named.map(({ name, entry }) => [name, entry.line])),
    refused: refused.sort((a, b) => a.line - b.line),
    notes: [
      ...crontab.notes,
      ...placeNotes(crontab),
      ...namesakes(crontab, owner),
      ...byHandNotes(named, stored),
      ...sameCommandNotes(named, stored, owner.path),
      ...twinNotes(named, prepared),
    ].sort((a, b) => a.line - b.line),
    absent,
  }
}

/** Stores the planned schedules, all at once. */
export async function applyImport(store: ScheduleStore, { schedules }: ImportPlan): Promise<void> {
  await store.putSchedules(schedules)
}

function prepare(entry: CrontabEntry, owner: CrontabOwner, now: EpochMs): PreparedEntry | CrontabRemark {
  const { line, rule, tz, jitterMinutes } = entry
  const zone = tz === null ? {} : { tz }
  const jitter = jitterMinutes === null ? {} : { jitter: `${jitterMinutes}m` }
  const args = commandArgs(commandOfEntry(entry, owner))
  const written = (option: keyof ScheduleOptions) =>
    option === 'cron' ? 'the rule' : option === 'tz' ? (tz === null ? '--tz' : 'CRON_TZ') : option
  try {
    const plan = parseSchedule({ ...owner.options, ...zone, ...jitter, cron: rule, args }, shellTaskInfo, now, written)
    refuseIfNeverDue(plan, now, written)
    return { entry, plan }
  } catch (thrown) {
    if (!(thrown instanceof OffstageError)) return { line, message: messageWithHint(thrown), hint: null }
    return { line, message: thrown.message, hint: thrown.hint }
  }
}

/** A line of shell as cron runs it: by its SHELL, in its HOME. */
function commandOfEntry({ command, stdin, env }: CrontabEntry, { home, path }: CrontabOwner): ShellCommand {
  const { HOME = home } = env
  const SHELL = env.SHELL || '/bin/sh' // as cron takes an empty one
  const words = SHELL === '/bin/sh' ? [command] : [SHELL, '-c', command]
  return { words, settings: { chdir: HOME, env, stdin, crontab: path } }
}

/** Why an entry is not for whoever imports it; null if it is. */
function strangerOf({ line, user, command, env }: CrontabEntry, owner: CrontabOwner): CrontabRemark | null {
  if (user !== null && user !== owner.user) {
    const hint = `start a worker as ${user}, and import it there`
    return { line, message: `it runs as ${user}: a worker runs its commands as the user that started it`, hint }
  }
  const name = user === null ? userAtStart(command, owner) : null
  // Users may be named as programs are, such as node and git. Then it is the program that cron would run.
  if (name === null || isOnPath(name, pathOf(env))) return null
  return { line, message: `its command begins with the name of a user, ${name}`, hint: columnHint }
}

/** Programs whose names are those of users: the crontab may have a column for the user all the same. */
function namesakes({ entries }: Crontab, owner: CrontabOwner): readonly CrontabRemark[] {
  return entries.flatMap(({ line, user, command, env }) => {
    const name = user === null ? userAtStart(command, owner) : null
    if (name === null || !isOnPath(name, pathOf(env))) return []
    return [{ line, message: `${name} is taken for the program, though a user has that name`, hint: columnHint }]
  })
}

const columnHint = 'if the crontab has a column for the user, add --user-column'

/** The first word of a command, if it is the name of a user who is known here. */
function userAtStart(command: string, owner: CrontabOwner): string | null {
  const [first = ''] = command.split(/\s/, 1)
  return first === 'root' || first === owner.user ? first : null
}

function pathOf({ PATH = process.env.PATH }: CrontabEntry['env']): string | undefined {
  return PATH
}

function changesOf(stored: readonly StoredSchedule[], schedules: readonly NewSchedule[]): readonly ScheduleChange[] {
  const before = new Map(stored.map((schedule) => [schedule.name, schedule]))
  const changed = schedules.filter((schedule) => {
    const old = before.get(schedule.name)
    return old !== undefined && reviseSchedule(old, schedule, 0) !== null
  })
  const added = schedules.filter(({ name }) => !before.has(name))
  return listChanges({ added, changed, removed: [], conflicting: [] }, stored)
}
