import type { EpochMs } from '../../domain/job.js'
import {
  begunAnew,
  countUnfireable,
  endPause,
  followClock,
  giveUp,
  type KeptSchedule,
  reviseSchedule,
} from '../../domain/schedule/revise.js'
import {
  type NewSchedule,
  onTimeMs,
  type SlotRecord,
  type StoredSchedule,
  wasChanged,
  wasRemoved,
} from '../../domain/schedule/schedule.js'
import { hasEnded, keepSlot, lastSlotOf, slotsOf, waitingSlots } from './slots.js'
import type { Tables } from './tables.js'

export function putSchedule(tables: Tables, said: NewSchedule) {
  const stored = tables.schedules.get(said.name)
  const kept = reviseSchedule(stored ?? null, said, tables.clock.now())
  if (kept === null) return 'unchanged'
  change(tables, kept)
  const waiting = waitingSlots(tables, said.name)
  const inVain = countUnfireable(kept, waiting.length)
  skip(tables, said.name, waiting.slice(waiting.length - inVain), wasChanged)
  return stored === undefined ? 'added' : 'changed'
}

export function dropSchedule(tables: Tables, name: string) {
  if (!tables.schedules.delete(name)) return 'unknown'
  tables.scheduling.version++
  skip(tables, name, waitingSlots(tables, name), wasRemoved)
  return 'dropped'
}

function skip(tables: Tables, name: string, slots: readonly SlotRecord[], reason: string): void {
  for (const slot of slots) keepSlot(tables, name, giveUp(slot, reason, tables.clock.now()))
}

export function pauseSchedule(tables: Tables, name: string) {
  const stored = tables.schedules.get(name)
  if (stored === undefined) return 'unknown'
  if (stored.pausedAt !== null) return 'unchanged'
  change(tables, { ...stored, pausedAt: tables.clock.now() })
  return 'paused'
}

export function resumeSchedule(tables: Tables, name: string) {
  const stored = tables.schedules.get(name)
  if (stored === undefined) return 'unknown'
  if (stored.pausedAt === null) return 'unchanged'
  change(tables, endPause(stored, tables.clock.now()))
  return 'resumed'
}

function change(tables: Tables, kept: KeptSchedule): void {
  const { lastSuccessAt = null, slotTotals = {} } = tables.schedules.get(kept.name) ?? {}
  tables.schedules.set(kept.name, { ...kept, revision: ++tables.scheduling.version, lastSuccessAt, slotTotals })
}

export function allSchedules(tables: Tables, names?: readonly string[]): readonly StoredSchedule[] {
  return [...tables.schedules.values()]
    .filter(({ name }) => names === undefined || names.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((stored) => ({
      ...stored,
      waiting: waitingSlots(tables, stored.name).length,
      lastSlot: lastSlotOf(tables, stored.name),
    }))
}

export function followClockAll(tables: Tables): ReturnType<typeof begunAnew> {
  const now = tables.clock.now()
  const all = [...tables.schedules.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return all.flatMap((stored) => {
    if ((stored.lastSuccessAt ?? now) - now > onTimeMs) {
      tables.schedules.set(stored.name, { ...stored, lastSuccessAt: now })
    }
    const kept = followClock(stored, now, tables.scheduling.seenAt)
    if (kept === null) return []
    change(tables, kept)
    return begunAnew(stored, kept)
  })
}

export function noteScheduler({ scheduling, clock }: Tables): EpochMs | null {
  const { seenAt } = scheduling
  scheduling.seenAt = clock.now()
  return seenAt
}

/**
 * Removes what became of slots long ago, and the schedules that had only one. Returns how many records of slots went.
 */
export function pruneSlots(tables: Tables, before: EpochMs, limit: number): number {
  const old = [...tables.slots.keys()]
    .flatMap((name) => slotsOf(tables, name).map((record) => ({ name, record })))
    .filter(({ record }) => record.through < before && record.outcome !== 'waiting' && hasEnded(tables, record.job))
    .sort((a, b) => a.record.through - b.record.through || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const removed = old.slice(0, limit)
  for (const { name, record } of removed) tables.slots.get(name)?.delete(record.slot)
  const over = [...tables.schedules.values()].flatMap(({ name, plan, decidedUntil }) => {
    if (plan?.rule.kind !== 'once' || waitingSlots(tables, name).length > 0) return []
    const { at } = plan.rule
    return at < before && at <= decidedUntil ? [{ name, at }] : []
  })
  over.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  for (const { name } of over.slice(0, limit)) {
    tables.schedules.delete(name)
    tables.scheduling.version++
  }
  return removed.length
}

/** The time of the newest slot record that is over `limit`; -Infinity if there are not so many. */
export function newestSlotTooMany(tables: Tables, limit: number): EpochMs {
  const times = [...tables.slots.values()].flatMap((records) => [...records.values()].map(({ through }) => through))
  return times.sort((a, b) => b - a)[limit] ?? Number.NEGATIVE_INFINITY
}
