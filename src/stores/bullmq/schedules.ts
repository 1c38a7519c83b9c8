import type { EpochMs } from '../../domain/job.js'
import {
  type BegunAnew,
  begunAnew,
  countUnfireable,
  endPause,
  followClock as followClockOf,
  giveUp,
  type KeptSchedule,
  reviseSchedule,
} from '../../domain/schedule/revise.js'
import { type NewSchedule, onTimeMs, type SlotRecord, wasChanged, wasRemoved } from '../../domain/schedule/schedule.js'
import { reading, writing } from './calls.js'
import type { Context } from './context.js'
import { scheduleWrites, slotRecords } from './lua/slots.js'
import { decide, ScheduleDraft } from './schedule-draft.js'
import { scheduleOf } from './schedule-reading.js'
import { slotRecord } from './slot-records.js'

/** What a change of schedules depends on: the named ones, or all. */
const lookScript = reading(
  'look-at-schedules',
  `
local found = {}
for index, name in ipairs(request.names or rcall('HKEYS', O .. 'schedules')) do
  found[index] = {
    name, tx_of(name), rcall('HGET', O .. 'schedules', name), rcall('HGET', O .. 'success', name),
    request.names and waiting_slots(name) or {},
  }
end
return { schedules_version(), rcall('GET', O .. 'schedules:seen'), found }`,
  slotRecords,
  scheduleWrites,
)

type Look = readonly [version: string, seen: string | null, schedules: readonly FoundReply[]]
type FoundReply = readonly [
  name: string,
  tx: string,
  text: string | null,
  success: string | null,
  waiting: readonly string[],
]

interface Known {
  readonly kept: KeptSchedule
  readonly waiting: readonly SlotRecord[]
  readonly lastSuccessAt: EpochMs | null
}

/** Schedules as they were read, and what is decided of them, one after the other. */
class Revision {
  readonly now: EpochMs
  readonly seenAt: EpochMs | null
  readonly draft: ScheduleDraft
  /** The next of several changes finds what those before it have changed. */
  readonly known = new Map<string, Known>()
  #version: number

  constructor(now: EpochMs, [version, seen, found]: Look) {
    this.now = now
    this.seenAt = seen === null ? null : Number(seen)
    this.draft = new ScheduleDraft({ now, version, txs: Object.fromEntries(found.map(([name, tx]) => [name, tx])) })
    this.#version = Number(version)
    for (const [name, , text, success, waiting] of found) {
      if (text === null) continue
      const { revision: _, ...kept } = scheduleOf(text)
      const lastSuccessAt = success === null ? null : Number(success)
      this.known.set(name, { kept, waiting: recordsOf(waiting), lastSuccessAt })
    }
  }

  change(kept: KeptSchedule): void {
    const { waiting = [], lastSuccessAt = null } = this.known.get(kept.name) ?? {}
    this.draft.keep(kept, ++this.#version)
    this.known.set(kept.name, { kept, waiting, lastSuccessAt })
  }

  put(said: NewSchedule): 'added' | 'changed' | 'unchanged' {
    const { kept: before, waiting = [], lastSuccessAt = null } = this.known.get(said.name) ?? {}
    const kept = reviseSchedule(before ?? null, said, this.now)
    if (kept === null) return 'unchanged'
    this.change(kept)
    const stays = waiting.length - countUnfireable(kept, waiting.length)
    this.#skip(said.name, waiting.slice(stays), wasChanged, 1)
    this.known.set(said.name, { kept, waiting: waiting.slice(0, stays), lastSuccessAt })
    return before === undefined ? 'added' : 'changed'
  }

  drop(name: string): 'dropped' | 'unknown' {
    const known = this.known.get(name)
    if (known === undefined) return 'unknown'
    this.known.delete(name)
    this.draft.drop(name, ++this.#version)
    this.#skip(name, known.waiting, wasRemoved, 0)
    return 'dropped'
  }

  pause(name: string): 'paused' | 'unchanged' | 'unknown' {
    const kept = this.known.get(name)?.kept
    if (kept === undefined) return 'unknown'
    if (kept.pausedAt !== null) return 'unchanged'
    this.change({ ...kept, pausedAt: this.now })
    return 'paused'
  }

  resume(name: string): 'resumed' | 'unchanged' | 'unknown' {
    const kept = this.known.get(name)?.kept
    if (kept === undefined) return 'unknown'
    if (kept.pausedAt === null) return 'unchanged'
    this.change(endPause(kept, this.now))
    return 'resumed'
  }

  followClock(): readonly BegunAnew[] {
    const all = [...this.known.values()].sort((a, b) => (a.kept.name < b.kept.name ? -1 : 1))
    return all.flatMap(({ kept: before, lastSuccessAt }) => {
      if ((lastSuccessAt ?? this.now) - this.now > onTimeMs) this.draft.keepSuccess(before.name, this.now)
      const kept = followClockOf(before, this.now, this.seenAt)
      if (kept === null) return []
      this.change(kept)
      return begunAnew(before, kept)
    })
  }

  #skip(name: string, slots: readonly SlotRecord[], reason: string, count: number): void {
    for (const slot of slots) this.draft.record(name, giveUp(slot, reason, this.now), count)
  }
}

function recordsOf(flat: readonly string[]): readonly SlotRecord[] {
  const records: SlotRecord[] = []
  for (let index = 0; index < flat.length; index += 2)
    records.push(slotRecord(flat[index] ?? '', flat[index + 1] ?? ''))
  return records
}

/** Changes schedules in one transaction. */
function revise<T>(context: Context, names: readonly string[] | null, change: (revision: Revision) => T): Promise<T> {
  return decide(context, async () => {
    const request = names === null ? {} : { names: [...new Set(names)] }
    const look = (await context.calls.read(lookScript, request)) as Look
    const revision = new Revision(context.clock.now(), look)
    return { answer: change(revision), draft: revision.draft }
  })
}

export async function putSchedules(context: Context, said: readonly NewSchedule[]) {
  const names = said.map(({ name }) => name)
  return names.length === 0 ? [] : revise(context, names, (revision) => said.map((each) => revision.put(each)))
}

export async function dropSchedules(context: Context, names: readonly string[]) {
  return names.length === 0 ? [] : revise(context, names, (revision) => names.map((name) => revision.drop(name)))
}

export async function pauseSchedules(context: Context, names: readonly string[]) {
  return names.length === 0 ? [] : revise(context, names, (revision) => names.map((name) => revision.pause(name)))
}

export async function resumeSchedules(context: Context, names: readonly string[]) {
  return names.length === 0 ? [] : revise(context, names, (revision) => names.map((name) => revision.resume(name)))
}

export function followClock(context: Context): Promise<readonly BegunAnew[]> {
  return revise(context, null, (revision) => revision.followClock())
}

/** Begins with a write that takes no memory: a scheduler is alive, even if Redis is full. */
const noteScript = writing(
  'note-scheduler',
  `
rcall('DEL', O .. 'ignored')
local seen = rcall('GET', O .. 'schedules:seen') or ''
rcall('SET', O .. 'schedules:seen', request.now)
return seen`,
  null,
)

export async function noteScheduler(context: Context): Promise<EpochMs | null> {
  const seen = await context.calls.write(noteScript, { now: context.clock.now() })
  return seen === '' ? null : Number(seen)
}
