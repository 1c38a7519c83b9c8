import type { Clock } from '../../domain/clock.js'
import { OffstageError } from '../../domain/errors.js'
import type { EpochMs, NewJob } from '../../domain/job.js'
import { makeJob, type TaskDefaults } from '../../domain/request.js'
import { type DecidedSlot, decideDue, nextFiring } from '../../domain/schedule/due.js'
import { isWaitingForClock } from '../../domain/schedule/health.js'
import { mayHaveToFollow } from '../../domain/schedule/revise.js'
import type { NextSlot } from '../../domain/schedule/rule.js'
import { hasFired, onTimeMs, type SlotRecord, type StoredSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import type { EngineEmitter } from '../events.js'
import { GapDetector } from './gap-detector.js'

/** The defaults of a task; undefined if there is no such task. */
export type FindTask = (name: string) => TaskDefaults | undefined

/** A schedule with its next slot. */
interface Planned {
  readonly schedule: StoredSchedule
  readonly next: NextSlot
  /** When the next decision is due. */
  readonly at: EpochMs
}

const never = Number.POSITIVE_INFINITY

// Each check detects a clock that was set, and a gap in which no scheduler ran.
const maxPauseMs = 30_000

// The schedules that are decided in one transaction: some 15 ms.
const maxAtOnce = 50

/** Decides due slots. Several schedulers may share a store: each slot is decided once. */
export class Scheduler {
  readonly #store: ScheduleStore
  readonly #clock: Clock
  readonly #find: FindTask
  readonly #events: EngineEmitter
  readonly #gaps: GapDetector
  #version: number | null = null
  #plans: Map<string, Planned> = new Map()
  #ahead: ReadonlyMap<string, EpochMs> = new Map()
  #notedAt = Number.NEGATIVE_INFINITY

  constructor(store: ScheduleStore, clock: Clock, find: FindTask, events: EngineEmitter) {
    this.#store = store
    this.#clock = clock
    this.#find = find
    this.#events = events
    this.#gaps = new GapDetector(clock)
  }

  /**
   * Decides the slots that are due. Resolves to the milliseconds until the next one, if no schedule changes and no job
   * ends.
   */
  async runOnce(): Promise<number> {
    try {
      return await this.#look()
    } catch (thrown) {
      // The history must not say later that no scheduler was at work.
      this.#gaps.failed(thrown instanceof Error ? thrown.message : String(thrown))
      throw thrown
    }
  }

  async #look(): Promise<number> {
    const wasSet = await this.#followClock()
    const hasChanged = await this.#readChanges()
    if (wasSet || hasChanged) this.#reportAhead(this.#clock.now())
    if (this.#plans.size === 0) return maxPauseMs
    await this.#note()
    await this.#fireWaiting()
    const now = this.#clock.now()
    const monotonicMs = this.#clock.monotonicMs()
    await this.#decideAll(now)
    this.#gaps.looked(now, monotonicMs)
    const checkAt = this.#clock.now() + maxPauseMs
    return Math.max(0, Math.min(this.nextAt, checkAt) - this.#clock.now())
  }

  /** Reads the schedules if they have changed. */
  async #readChanges(): Promise<boolean> {
    const version = await this.#store.schedulesVersion()
    if (version === this.#version) return false
    const schedules = await this.#store.schedules()
    const now = this.#clock.now()
    if (schedules.some((schedule) => mayHaveToFollow(schedule, now))) {
      await this.#beginAnew()
      this.#version = await this.#store.schedulesVersion()
      this.#plans = this.#planAll(await this.#store.schedules())
    } else {
      this.#version = version
      this.#plans = this.#planAll(schedules)
    }
    return true
  }

  /** Answers whether the clock was set back while this scheduler ran. */
  async #followClock(): Promise<boolean> {
    if (this.#plans.size === 0) return false
    const now = this.#clock.now()
    const jumpMs = this.#gaps.jumpMs(now)
    if (Math.abs(jumpMs) <= onTimeMs) return false
    await this.#beginAnew()
    if (jumpMs > 0) return false
    this.#events.emit('clock.back', { byMs: -jumpMs })
    this.#gaps.looked(now, this.#clock.monotonicMs())
    return true
  }

  async #beginAnew(): Promise<void> {
    const anew = await this.#store.followClock()
    if (anew.length > 0) this.#events.emit('schedules.anew', { schedules: anew })
  }

  /** Reports schedules that do not fire for now: each once, until its slots are decided anew. */
  #reportAhead(now: EpochMs): void {
    const ahead = [...this.#plans.values()].flatMap(({ schedule, next }) => {
      const { name, decidedUntil } = schedule
      return isWaitingForClock(schedule, next, now) ? [{ name, until: decidedUntil }] : []
    })
    const fresh = ahead.filter(({ name, until }) => this.#ahead.get(name) !== until)
    this.#ahead = new Map(ahead.map(({ name, until }) => [name, until]))
    if (fresh.length > 0) this.#events.emit('schedules.ahead', { schedules: fresh })
  }

  /** When the next decision is due, by what the last run has found; Infinity if none is. */
  get nextAt(): EpochMs {
    let nextAt = never
    for (const { at } of this.#plans.values()) nextAt = Math.min(nextAt, at)
    return nextAt
  }

  /** Call it after the last run: it stores until when this scheduler worked, for the schedulers that follow. */
  async leave(): Promise<void> {
    if (this.#plans.size === 0) return
    // Else the time that it stores would hide that the clock has jumped.
    await this.#followClock()
    await this.#store.noteScheduler()
  }

  /** Stores every 30 s that this scheduler runs. Learns when an earlier scheduler last ran. */
  async #note(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now - this.#notedAt < maxPauseMs) return
    this.#gaps.takeOver(await this.#store.noteScheduler())
    this.#notedAt = now
  }

  #planAll(schedules: readonly StoredSchedule[]): Map<string, Planned> {
    return new Map(schedules.map((schedule) => [schedule.name, this.#plan(schedule)]))
  }

  #plan(schedule: StoredSchedule): Planned {
    const before = this.#plans.get(schedule.name)
    const isSame = before?.schedule.revision === schedule.revision
    if (isSame && before.schedule.decidedUntil === schedule.decidedUntil) return { ...before, schedule }
    try {
      // Parsing an expression costs more than using it, so an unchanged schedule keeps its parsed rule.
      const next = isSame ? before.next : schedule.plan === null ? () => null : slotsOf(schedule.plan.rule)
      return { schedule, next, at: nextFiring(schedule, next)?.at ?? never }
    } catch (thrown) {
      return this.#faulty(schedule, thrown)
    }
  }

  /** Skips a schedule that became invalid, such as by a removed time zone, so that the others continue. */
  #faulty(schedule: StoredSchedule, thrown: unknown): Planned {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    this.#events.emit('schedule.faulty', { schedule: schedule.name, why })
    return { schedule, next: () => null, at: never }
  }

  async #decideAll(now: EpochMs): Promise<void> {
    const due = [...this.#plans.values()].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
    // After an outage thousands may be due. The first must fire soon, and other work of this process goes on in between.
    for (let first = 0; first < due.length; first += maxAtOnce) {
      await this.#decideSome(due.slice(first, first + maxAtOnce))
    }
  }

  async #decideSome(due: readonly Planned[]): Promise<void> {
    const now = this.#clock.now()
    const decided = await Promise.all(due.map((planned) => this.#decide(planned, now)))
    const stale = due.flatMap(({ schedule: { name } }, index) => {
      const planned = decided[index]
      if (planned === 'stale' || planned === undefined) return [name]
      this.#plans.set(name, planned)
      return []
    })
    // Another scheduler decided the slots first, or the schedule was changed.
    for (const name of stale) this.#plans.delete(name)
    const again = stale.length === 0 ? [] : await this.#store.schedules(stale)
    for (const schedule of again) this.#plans.set(schedule.name, this.#plan(schedule))
  }

  async #decide(planned: Planned, now: EpochMs): Promise<Planned | 'stale'> {
    const { schedule, next } = planned
    const { name, revision, decidedUntil } = schedule
    // Only the record of a late slot says why: two times are slow to write for each slot in time.
    const absence = planned.at < now ? this.#gaps.reason(now, decidedUntil) : ''
    const job = this.#job(schedule, now)
    let decided: readonly DecidedSlot[]
    try {
      decided = decideDue(schedule, next, now, absence)
    } catch (thrown) {
      return this.#faulty(schedule, thrown)
    }
    const slots = 'refused' in job ? decided.map((slot) => skipped(slot, job.refused)) : decided
    const records = await this.#store.claimSlots({
      name,
      revision,
      decidedUntil,
      slots,
      job: 'refused' in job ? null : job,
    })
    if (records === 'stale') return 'stale'
    if (records.length > 0) this.#events.emit('schedule.slots', { schedule: name, records })
    return this.#plan(decidedNow(schedule, slots, records))
  }

  async #fireWaiting(): Promise<void> {
    const names = await this.#store.waitingSchedules()
    for (const name of names) {
      const schedule = this.#plans.get(name)?.schedule
      if (schedule === undefined) continue
      let record: SlotRecord | null
      do {
        record = await this.#endWait(schedule)
        if (record !== null) this.#events.emit('schedule.slots', { schedule: name, records: [record] })
      } while (record?.outcome === 'skipped')
    }
  }

  async #endWait(schedule: StoredSchedule): Promise<SlotRecord | null> {
    const { name } = schedule
    const job = this.#job(schedule, this.#clock.now())
    return 'refused' in job
      ? this.#store.skipWaiting({ name, reason: job.refused })
      : this.#store.fireWaiting({ name, job })
  }

  /**
   * The job of a slot, by what its task says today. A task that is not known here, as during a deploy or in another
   * project with the same store, is one that a worker may know: the job waits for that one, as the task was when the
   * schedule was written.
   */
  #job({ task, plan }: StoredSchedule, now: EpochMs): NewJob | { readonly refused: string } {
    if (plan === null) return { refused: 'the schedule is faulty' }
    const { argsJson, options, taskDefaults } = plan.definition
    try {
      return makeJob(task, this.#find(task) ?? taskDefaults, argsJson, options, now)
    } catch (thrown) {
      if (thrown instanceof OffstageError) return { refused: thrown.message }
      throw thrown
    }
  }
}

/** A schedule after slots of it were decided. */
function decidedNow(
  schedule: StoredSchedule,
  slots: readonly DecidedSlot[],
  records: readonly SlotRecord[],
): StoredSchedule {
  return {
    ...schedule,
    decidedUntil: slots.at(-1)?.through ?? schedule.decidedUntil,
    fired: schedule.fired + records.filter(({ outcome }) => hasFired(outcome)).length,
    waiting: schedule.waiting + records.filter(({ outcome }) => outcome === 'waiting').length,
  }
}

function skipped(slot: DecidedSlot, reason: string): DecidedSlot {
  return hasFired(slot.outcome) ? { ...slot, outcome: 'skipped', reason } : slot
}
