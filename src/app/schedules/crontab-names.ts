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

/** An entry that has got its name. */
export interface NamedEntry extends PreparedEntry {
  readonly name: string
}

/** All entries, in their order, and the names of schedules of an earlier import of the crontab that no entry stands for. */
interface EntryNames {
  readonly named: readonly NamedEntry[]
  readonly absent: readonly string[]
}

/** A schedule that an import has made. */
export interface Imported {
  readonly name: string
  readonly plan: Plan
  readonly crontab: string
}

/**
 * Names the schedules of a crontab, so that another import of it changes nothing and adds nothing twice. An entry that
 * was imported before keeps its name: found by all of it, else by its command, else by the name that it would have. No
 * other schedule loses its name to an entry, nor does one of another crontab. An entry that another crontab has in all is
 * that schedule, so nothing fires twice.
 */
export function nameEntries(
  prepared: readonly PreparedEntry[],
  stored: readonly StoredSchedule[],
  crontab: string,
): EntryNames {
  const all = stored.flatMap(importedOf)
  const free = new Map(all.filter((one) => one.crontab === crontab).map((one) => [one.name, one]))
  const others = new Set(all.filter((one) => one.crontab !== crontab))
  const named = new Map<PreparedEntry, NamedEntry>()
  const take = (one: PreparedEntry, name: string, plan = one.plan) => {
    named.set(one, { ...one, name, plan })
    free.delete(name)
  }
  for (const part of [wholeOf, commandPart]) {
    for (const one of prepared) {
      if (named.has(one)) continue
      const found = [...free.values()].find(({ plan }) => part(plan) === part(one.plan))
      if (found !== undefined) take(one, found.name)
    }
  }
  const taken = new Set([...stored.map(({ name }) => name), ...[...named.values()].map(({ name }) => name)])
  for (const one of prepared) {
    if (named.has(one)) continue
    const twin = [...others].find(({ plan }) => wholeOf(plan) === wholeOf(one.plan))
    if (twin !== undefined) {
      take(one, twin.name, twin.plan)
      others.delete(twin)
      continue
    }
    const base = scheduleNameOf(one.entry.command, one.entry.comment)
    let name = base
    for (let number = 2; taken.has(name) && !free.has(name); number++) name = `${base}-${number}`
    take(one, name)
    taken.add(name)
  }
  return { named: prepared.flatMap((one) => named.get(one) ?? []), absent: [...free.keys()].sort() }
}

/** The schedule, if an import has made it and nobody has changed its command since. */
export function importedOf({ name, source, task, plan }: StoredSchedule): readonly Imported[] {
  if (source !== 'cli' || task !== shellTask || plan === null) return []
  const { crontab } = commandIn(plan).settings
  return crontab === null ? [] : [{ name, plan, crontab }]
}

function commandIn({ definition }: Plan) {
  return commandOf(JSON.parse(definition.argsJson) as readonly JsonValue[])
}

/** All but the crontab that has it. */
function wholeOf(plan: Plan): string {
  const { words, settings } = commandIn(plan)
  return JSON.stringify([words, { ...settings, crontab: null }, plan.definition.timing])
}

/** Its command and what that reads, whenever it runs. */
export function commandPart(plan: Plan): string {
  const { words, settings } = commandIn(plan)
  return JSON.stringify([words, settings.stdin])
}
