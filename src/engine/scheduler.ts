import type { Clock } from '../domain/clock.js'
import { formatDuration } from '../domain/duration.js'
import { OffstageError } from '../domain/errors.js'
import type { EpochMs, NewJob } from '../domain/job.js'
import { makeJob, type TaskDefaults } from '../domain/request.js'
import { type DecidedSlot, decideDue, nextFiring } from '../domain/schedule/due.js'
import type { NextSlot } from '../domain/schedule/rule.js'
import { hasFired, onTimeMs, type Schedule } from '../domain/schedule/schedule.js'
import { slotsOf } from '../domain/schedule/slots.js'
import type { ScheduleStore } from '../stores/schedule-store.js'
import type { EngineEmitter } from './events.js'

/** What a task says of its jobs; undefined if there is no such task. */
export type FindTask = (name: string) => TaskDefaults | undefined

/** A schedule and what is known of its next slot. */
interface Planned {
  readonly schedule: Schedule
  readonly next: NextSlot
  readonly firing: { readonly slot: EpochMs; readonly at: EpochMs } | null
}

// A clock that was set is noticed by the next look, and so is how long nobody looked.
const longestPauseMs = 30_000

/** Decides what becomes of slots as they come. Any number of them may work on one store: each slot is decided once. */
export class Scheduler {
  readonly #store: ScheduleStore
  readonly #clock: Clock
  readonly #find: FindTask
  readonly #events: EngineEmitter
  #version: number | null = null
  #plans: readonly Planned[] = []
  /** When slots were last looked at, by this scheduler or by one before it, and that on the clock that nobody sets. */
  #lookedAt: { readonly wall: EpochMs | null; readonly monotonicMs: number | null } | null = null
  #notedAt = Number.NEGATIVE_INFINITY

  constructor(store: ScheduleStore, clock: Clock, find: FindTask, events: EngineEmitter) {
    this.#store = store
    this.#clock = clock
    this.#find = find
    this.#events = events
  }

  /** Decides what is due. Answers for how many milliseconds nothing else will be, unless schedules change or jobs end. */
  async turn(): Promise<number> {
    const version = await this.#store.schedulesVersion()
    if (version !== this.#version) {
      const before = new Map(this.#plans.map((planned) => [planned.schedule.name, planned]))
      const schedules = await this.#store.schedules()
      this.#plans = schedules.map((schedule) => this.#plan(schedule, before.get(schedule.name)))
      this.#version = version
    }
    if (this.#plans.length === 0) return longestPauseMs
    await this.#note()
    await this.#fireWaiting()
    const now = this.#clock.now()
    const absence = this.#absence(now)
    this.#plans = await Promise.all(this.#plans.map((planned) => this.#decide(planned, now, absence)))
    this.#lookedAt = { wall: now, monotonicMs: this.#clock.monotonicMs() }
    if (this.#version === null) return 0
    const nextAt = Math.min(...this.#plans.map(({ firing }) => firing?.at ?? Number.POSITIVE_INFINITY))
    return Math.max(0, Math.min(longestPauseMs, nextAt - this.#clock.now()))
  }

  /** Lets others know, now and then, that slots are looked at; learns when they were before this scheduler came. */
  async #note(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now - this.#notedAt < longestPauseMs) return
    const before = await this.#store.noteScheduler()
    this.#notedAt = now
    this.#lookedAt ??= { wall: before, monotonicMs: null }
  }

  #plan(schedule: Schedule, before: Planned | undefined): Planned {
    const { plan } = schedule
    try {
      // To read an expression takes longer than to ask it: thousands of schedules do not change together.
      const known = before?.schedule.revision === schedule.revision ? before.next : null
      const next = known ?? (plan === null ? () => null : slotsOf(plan.rule))
      return { schedule, next, firing: nextFiring(schedule, next) }
    } catch (thrown) {
      return this.#faulty(schedule, thrown)
    }
  }

  /** What could be followed once, such as a zone that the system knew: the others are not to wait for it. */
  #faulty(schedule: Schedule, thrown: unknown): Planned {
    this.#events.emit('schedule.faulty', schedule.name, thrown instanceof Error ? thrown.message : String(thrown))
    return { schedule, next: () => null, firing: null }
  }

  async #decide(planned: Planned, now: EpochMs, absence: string): Promise<Planned> {
    const { schedule, next, firing } = planned
    if (firing === null || firing.at > now) return planned
    const { name, revision, decidedUntil } = schedule
    const job = this.#job(schedule, now)
    let decided: readonly DecidedSlot[]
    try {
      decided = decideDue(schedule, next, now, absence)
    } catch (thrown) {
      return this.#faulty(schedule, thrown)
    }
    const slots = 'refused' in job ? decided.map((slot) => skipped(slot, job.refused)) : decided
    const claim = { name, revision, decidedUntil, slots, job: 'refused' in job ? null : job }
    const records = await this.#store.claimSlots(claim)
    if (records === 'stale') {
      this.#version = null // others were quicker, or it was changed: to be read again
      return { ...planned, firing: null }
    }
    this.#events.emit('schedule.slots', name, records)
    const fired = records.filter(({ outcome }) => hasFired(outcome)).length
    const waiting = records.filter(({ outcome }) => outcome === 'waiting').length
    const known = {
      ...schedule,
      decidedUntil: slots.at(-1)?.through ?? decidedUntil,
      fired: schedule.fired + fired,
      waiting: schedule.waiting + waiting,
    }
    return this.#plan(known, planned)
  }

  async #fireWaiting(): Promise<void> {
    if (!this.#plans.some(({ schedule }) => schedule.waiting > 0)) return
    const free = await this.#store.waitingSchedules()
    this.#plans = await Promise.all(
      this.#plans.map(async (planned) => {
        const { schedule } = planned
        if (!free.includes(schedule.name)) return planned
        const job = this.#job(schedule, this.#clock.now())
        const record = 'refused' in job ? null : await this.#store.fireWaiting({ name: schedule.name, job })
        if (record === null) return planned
        this.#events.emit('schedule.slots', schedule.name, [record])
        return { ...planned, schedule: { ...schedule, fired: schedule.fired + 1, waiting: schedule.waiting - 1 } }
      }),
    )
  }

  /** The job of a slot, by what its task says today. */
  #job({ task, plan }: Schedule, now: EpochMs): NewJob | { readonly refused: string } {
    const defaults = this.#find(task)
    if (defaults === undefined || plan === null) return { refused: `there is no task ${task}` }
    const { argsJson, options } = plan.definition
    try {
      return makeJob(task, defaults, argsJson, options, now)
    } catch (thrown) {
      if (thrown instanceof OffstageError) return { refused: thrown.message }
      throw thrown
    }
  }

  /** Why nobody looked at slots that are late by now. */
  #absence(now: EpochMs): string {
    const { wall, monotonicMs } = this.#lookedAt ?? { wall: null, monotonicMs: null }
    if (wall === null) return `no scheduler ran until ${iso(now)}`
    const awayMs = monotonicMs === null ? null : this.#clock.monotonicMs() - monotonicMs
    const jumpMs = awayMs === null ? 0 : now - wall - awayMs
    // Set by somebody, or the machine slept: this very process was there all the time.
    if (jumpMs > onTimeMs) return `the clock went forth by ${formatDuration(jumpMs)}, from ${iso(now - jumpMs)}`
    return `no scheduler ran from ${iso(wall)} to ${iso(now)}`
  }
}

function skipped(slot: DecidedSlot, reason: string): DecidedSlot {
  return { ...slot, outcome: 'skipped', reason }
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
