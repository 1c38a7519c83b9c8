import type { JsonValue } from '../../domain/json.js'
import type { CrontabEntry } from '../../domain/schedule/crontab.js'
import { scheduleNameOf } from '../../domain/schedule/crontab-command.js'
import type { NewSchedule, StoredSchedule } from '../../domain/schedule/schedule.js'
import { commandOf } from '../../domain/shell-command.js'
import { shellTask } from '../../domain/shell-task.js'

type Plan = NonNullable<NewSchedule['plan']>

/** An entry with the schedule that it becomes, which has no name yet. */
export interface PreparedEntry {
  readonly entry: CrontabEntry
  readonly plan: Plan
}

/** The names of the schedules of entries, in their order, and of earlier imports that no entry stands for. */
interface EntryNames {
  readonly names: readonly string[]
  readonly absent: readonly string[]
}

/**
 * Names the schedules of a crontab, so that another import of it changes nothing and adds nothing twice. An entry that
 * was imported before keeps its name: found by all of it, else by its command, else by the name that it would have. No
 * other schedule loses its name to an entry.
 */
export function nameEntries(prepared: readonly PreparedEntry[], stored: readonly StoredSchedule[]): EntryNames {
  const names = new Map<PreparedEntry, string>()
  const imported = new Map(stored.flatMap((schedule) => (isImported(schedule) ? [[schedule.name, schedule.plan]] : [])))
  const take = (entry: PreparedEntry, name: string) => {
    names.set(entry, name)
    imported.delete(name)
  }
  for (const part of [wholeOf, commandPart]) {
    for (const entry of prepared) {
      if (names.has(entry)) continue
      const found = [...imported].find(([, plan]) => plan !== null && part(plan) === part(entry.plan))
      if (found !== undefined) take(entry, found[0])
    }
  }
  const taken = new Set([...stored.map(({ name }) => name), ...names.values()])
  for (const entry of prepared) {
    if (names.has(entry)) continue
    const base = scheduleNameOf(entry.entry.command, entry.entry.comment)
    let name = base
    for (let number = 2; taken.has(name) && !imported.has(name); number++) name = `${base}-${number}`
    take(entry, name)
    taken.add(name)
  }
  return { names: prepared.map((entry) => names.get(entry) ?? ''), absent: [...imported.keys()].sort() }
}

function isImported({ source, task, plan }: StoredSchedule): boolean {
  return source === 'cli' && task === shellTask && plan !== null && commandIn(plan).settings.imported
}

function commandIn({ definition }: Plan) {
  return commandOf(JSON.parse(definition.argsJson) as readonly JsonValue[])
}

function wholeOf(plan: Plan): string {
  return JSON.stringify([plan.definition.argsJson, plan.definition.timing])
}

function commandPart(plan: Plan): string {
  const { words, settings } = commandIn(plan)
  return JSON.stringify([words, settings.stdin])
}
