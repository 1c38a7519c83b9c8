import { existsSync } from 'node:fs'
import type { Crontab, CrontabEntry, CrontabRemark } from '../../domain/schedule/crontab.js'
import { scheduleNameOf } from '../../domain/schedule/crontab-command.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { commandPart, importedOf, type NamedEntry, type PreparedEntry } from './crontab-names.js'

/** Of what the variables of a crontab name, and cron runs nothing without: what is not there. */
export function placeNotes({ entries }: Crontab): readonly CrontabRemark[] {
  return (['HOME', 'SHELL'] as const).flatMap((name) => {
    const lines = new Map(entries.flatMap(({ line, env }) => (env[name] ? [[env[name], line]] : [])))
    return [...lines].flatMap(([place, line]) =>
      existsSync(place)
        ? []
        : [{ line, message: `its ${name} ${place} is not there: it will fail until it is`, hint: null }],
    )
  })
}

/** Entries that got a number because the schedule of their name is not one of an import: it may be the same, changed by hand. */
export function byHandNotes(named: readonly NamedEntry[], stored: readonly StoredSchedule[]): readonly CrontabRemark[] {
  const old = new Set(stored.map(({ name }) => name))
  const byHand = new Set(stored.filter((schedule) => importedOf(schedule).length === 0).map(({ name }) => name))
  return named.flatMap(({ entry, name }) => {
    const base = baseNameOf(entry)
    if (name === base || old.has(name) || !byHand.has(base)) return []
    const hint = `if they are the same: offstage schedule remove ${base}`
    return [{ line: entry.line, message: `it is ${name}, since ${base} was made or changed by hand`, hint }]
  })
}

/** New entries whose command another crontab has too: it may be the same one, under another path. */
export function sameCommandNotes(
  named: readonly NamedEntry[],
  stored: readonly StoredSchedule[],
  crontab: string,
): readonly CrontabRemark[] {
  const taken = new Set(named.map(({ name }) => name))
  const others = stored.flatMap(importedOf).filter((one) => one.crontab !== crontab && !taken.has(one.name))
  const old = new Map(others.map((imported) => [commandPart(imported.plan), imported]))
  const names = new Set(stored.map(({ name }) => name))
  return named.flatMap(({ entry, name, plan }) => {
    const same = names.has(name) ? undefined : old.get(commandPart(plan))
    if (same === undefined) return []
    const place = same.crontab === '-' ? 'stdin' : same.crontab
    const hint = `if they are the same: offstage schedule remove ${same.name}`
    return [{ line: entry.line, message: `${same.name}, imported from ${place}, has the same command`, hint }]
  })
}

/** Entries that another crontab has in all: what this import would have said beside stays as that one said it. */
export function twinNotes(named: readonly NamedEntry[], prepared: readonly PreparedEntry[]): readonly CrontabRemark[] {
  return named.flatMap(({ entry, name, plan }, index) => {
    const asked = prepared[index]?.plan
    if (asked === undefined || optionsOf(asked) === optionsOf(plan)) return []
    const hint = `to change them: offstage schedule remove ${name}, and import again`
    return [{ line: entry.line, message: `${name} is of another crontab too, and keeps its options`, hint }]
  })
}

function optionsOf({ definition }: PreparedEntry['plan']): string {
  const { argsJson: _args, taskDefaults: _defaults, ...options } = definition
  return JSON.stringify(Object.entries(options).sort())
}

function baseNameOf({ command, comment }: CrontabEntry): string {
  return scheduleNameOf(command, comment)
}
