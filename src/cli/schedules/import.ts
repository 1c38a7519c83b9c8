import { realpathSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, relative, resolve } from 'node:path'
import { type Context, refuseMemory, withStoreUnless } from '../../app/context.js'
import { applyImport, type ImportPlan, planImport } from '../../app/schedules/import-crontab.js'
import type { ScheduleChange } from '../../app/schedules/schedule-changes.js'
import { UsageError } from '../../domain/errors.js'
import type { JsonValue } from '../../domain/json.js'
import { redactArgs } from '../../domain/redact-command.js'
import type { CrontabRemark } from '../../domain/schedule/crontab.js'
import type { ScheduleOptions } from '../../domain/schedule/options.js'
import { systemClock } from '../../engine/clock.js'
import { shownTask } from '../../views/shown-task.js'
import { readInputFile, readStdin } from '../input.js'
import { say } from '../say.js'
import { changesText } from './changes-text.js'

/** A crontab to import, and how. */
export interface ImportRequest {
  /** A file, or `-` for stdin. */
  readonly source: string
  readonly hasUsers: boolean
  readonly skipInvalid: boolean
  readonly dryRun: boolean
  readonly options: Pick<ScheduleOptions, 'tz' | 'overlap' | 'catchUp' | 'queue'>
}

interface ImportAnswer {
  readonly changes: readonly (ScheduleChange & { readonly line: number | null })[]
  readonly refused: readonly CrontabRemark[]
  readonly notes: readonly CrontabRemark[]
  readonly applied: boolean
}

/**
 * Makes schedules of a crontab. `print` gets the changes as text before they are made. Throws UsageError where a line is
 * refused that must not be left out; nothing is stored then.
 */
export async function importCrontab(
  context: Context,
  request: ImportRequest,
  print: (text: string) => void,
): Promise<ImportAnswer> {
  refuseMemory(context, 'schedule import')
  const { source, hasUsers, options, dryRun } = request
  const place = source === '-' ? 'stdin' : source
  const text = source === '-' ? await readStdin() : readInputFile(source, 'CRONTAB')
  const owner = {
    text,
    path: pathOf(source, context),
    hasUsers,
    options,
    ...currentUser(),
  }
  return withStoreUnless(dryRun, context, async (store) => {
    const plan = await planImport(store, owner, systemClock.now())
    sayRemarks(plan, place, request.skipInvalid)
    if (dryRun) print(planText(plan, context.redact))
    refuseBadLines(plan, request, place)
    if (!dryRun) print(planText(plan, context.redact))
    const applied = !dryRun && plan.changes.length > 0
    if (applied) await applyImport(store, plan)
    sayEnd(plan, applied)
    const changes = plan.changes.map((change) => ({ ...change, line: plan.lines.get(change.name) ?? null }))
    return { changes, refused: plan.refused, notes: plan.notes, applied }
  })
}

/**
 * A project may be in another folder after a deploy, so a file in it is known by its path from there, if the project has its store
 * to itself. A pipe has no name that it keeps.
 */
function pathOf(source: string, { project, location }: Context): string {
  if (source === '-' || !statSync(source).isFile()) return '-'
  // A redirected /dev/stdin is the file behind it.
  const path = /^\/(dev|proc)\//.test(resolve(source)) ? realpathSync(source) : resolve(source)
  const isOwnStore = project !== null && location.kind === 'sqlite' && isBelow(project.root, location.path)
  return isOwnStore && isBelow(project.root, path) ? relative(project.root, path) : path
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return !way.startsWith('..') && !isAbsolute(way)
}

/** The user as the system knows it. One without an entry in its list has a number, no name, and perhaps no home. */
function currentUser(): { readonly user: string | null; readonly home: string } {
  try {
    return { user: userInfo().username, home: homedir() }
  } catch {
    const { LOGNAME, HOME } = process.env
    return { user: LOGNAME ?? null, home: HOME ?? process.cwd() }
  }
}

function sayRemarks({ refused, notes }: ImportPlan, place: string, areLeftOut: boolean): void {
  for (const remark of notes) sayRemark(`${place} line ${remark.line}: ${remark.message}`, remark.hint)
  const verb = areLeftOut ? ' left out' : ''
  for (const remark of refused) sayRemark(`${place} line ${remark.line}${verb}: ${remark.message}`, remark.hint)
}

function sayRemark(text: string, hint: string | null): void {
  say(text)
  if (hint !== null) say(`  ${hint}`)
}

function refuseBadLines({ refused }: ImportPlan, { skipInvalid }: ImportRequest, place: string): void {
  if (refused.length === 0 || skipInvalid) return
  const what = refused.length === 1 ? 'one line' : `${refused.length} lines`
  throw new UsageError(
    'E_CRONTAB',
    `${place}: ${what} cannot be imported; nothing was stored`,
    'change the crontab, or import the rest of it with --skip-invalid',
  )
}

/** The changes with the commands, which say more than the task that all of them have. */
function planText({ changes, schedules }: ImportPlan, redact: readonly string[]): string {
  const commands = new Map(
    schedules.map(({ name, task, plan }) => {
      const args = redactArgs(task, JSON.parse(plan?.definition.argsJson ?? '[]') as JsonValue, redact)
      return [name, shownTask({ task, args: args as readonly JsonValue[] })]
    }),
  )
  return changesText(changes.map((change) => ({ ...change, task: commands.get(change.name) ?? change.task })))
}

function sayEnd({ changes, schedules, absent }: ImportPlan, applied: boolean): void {
  const count = (sign: ScheduleChange['change']) => changes.filter(({ change }) => change === sign).length
  const same = schedules.length - changes.length
  if (applied) say(`${count('+')} added, ${count('~')} changed, ${same} as they were`)
  else if (changes.length === 0) say(schedules.length === 0 ? 'There are no entries.' : 'Nothing to change.')
  if (absent.length === 0) return
  say(`from an earlier import, and not in this crontab: ${absent.join(', ')}`)
  say(`  if they should go: offstage schedule remove ${absent.join(' ')}`)
}
