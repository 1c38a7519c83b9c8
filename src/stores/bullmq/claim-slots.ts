import type { EpochMs, JobId } from '../../domain/job.js'
import type { DecidedSlot } from '../../domain/schedule/due.js'
import { judgeOverlap } from '../../domain/schedule/overlap.js'
import { continues, hasFired, onTimeMs, type SlotRecord } from '../../domain/schedule/schedule.js'
import { isFinal } from '../../domain/transitions.js'
import type { SlotClaim } from '../schedule-store.js'
import type { Context } from './context.js'
import { decide, ScheduleDraft } from './schedule-draft.js'
import { lookAtSlots, type SlotLook, type UnendedJob } from './slot-look.js'

export function claimSlots(context: Context, claim: SlotClaim): Promise<readonly SlotRecord[] | 'stale'> {
  const { name, slots, job } = claim
  const firing = slots.filter(({ outcome }) => hasFired(outcome))
  const judges = firing.some(({ overlap = 'allow' }) => overlap !== 'allow')
  const defers = firing.some(({ overlap }) => overlap === undefined)
  return decide<readonly SlotRecord[] | 'stale'>(context, async () => {
    const look = await lookAtSlots(context, { name, slots: slots.map(({ slot }) => slot), judges, defers, job })
    if (look === null || isStale(look, claim)) return { answer: 'stale' }
    if (job === null && firing.length > 0) throw new Error(`a slot of ${name} is to fire, but there is no job for it`)
    if (slots.length === 0) return { answer: [] }
    const decision = new Decision(look, claim)
    for (const slot of slots) {
      if (decision.isFull) break
      decision.take(slot)
    }
    return { draft: decision.draft, answer: decision.end(), expired: decision.expired }
  })
}

function isStale({ schedule }: SlotLook, { revision, decidedUntil }: SlotClaim): boolean {
  return schedule.plan === null || schedule.revision !== revision || schedule.decidedUntil !== decidedUntil
}

/** Decides the slots of a claim, one after the other: each finds what those before it have come to. */
class Decision {
  readonly draft: ScheduleDraft
  readonly #look: SlotLook
  readonly #claim: SlotClaim
  readonly #written: SlotRecord[] = []
  /** Jobs that have expired, and would be in the way. */
  readonly expired = new Set<number>()
  #fired: number
  #waiting: number
  #decidedUntil: EpochMs
  #last: SlotRecord | null
  #unended: readonly UnendedJob[]
  #holder: SlotLook['holder']

  constructor(look: SlotLook, claim: SlotClaim) {
    this.#look = look
    this.#claim = claim
    this.draft = new ScheduleDraft(look.basis, claim.job)
    this.#fired = look.schedule.fired
    this.#waiting = look.waiting.length
    this.#decidedUntil = look.schedule.decidedUntil
    this.#last = look.last
    this.#unended = look.unended
    this.#holder = look.holder
  }

  get isFull(): boolean {
    return this.#fired + this.#waiting >= (this.#look.schedule.plan?.definition.limit ?? Number.POSITIVE_INFINITY)
  }

  take(slot: DecidedSlot): void {
    if (this.#isDecided(slot.slot)) return
    if (continues(this.#last, slot, this.#decidedUntil) && this.#last !== null) {
      this.#last = { ...this.#last, through: slot.through }
      this.draft.record(this.#claim.name, this.#last, slot.count)
    } else {
      this.#decide(slot)
    }
    this.#decidedUntil = slot.through
  }

  /** Answers the records that it writes. */
  end(): readonly SlotRecord[] {
    const { revision, ...kept } = this.#look.schedule
    const decidedUntil = this.#claim.slots.at(-1)?.through ?? kept.decidedUntil
    this.draft.keep({ ...kept, fired: this.#fired, decidedUntil }, revision, false)
    this.draft.noteScheduler()
    return this.#written
  }

  /** Whether a slot has a record that stays. One of a time when the clock was ahead does not, unless its job is still there. */
  #isDecided(slot: EpochMs): boolean {
    if (this.#written.some((record) => record.slot === slot)) return true
    const record = this.#look.records.get(slot)
    if (record === undefined) return false
    const { clockAhead } = this.#look.schedule
    return clockAhead === null || slot > clockAhead.until || !record.isOver
  }

  #decide({ slot, through, outcome, reason, lateMs, count, overlap }: DecidedSlot): void {
    const record = { slot, through, outcome, reason, job: null, lateMs }
    const policy = overlap ?? this.#look.schedule.plan?.definition.overlap ?? 'skip'
    const unended = policy === 'allow' ? [] : this.#unended.map(({ id }) => id)
    if (hasFired(outcome) && policy !== 'allow') for (const job of this.#look.expired) this.expired.add(job)
    const verdict = hasFired(outcome) ? judgeOverlap(policy, unended, this.#waiting) : null
    if (verdict === null) this.#write(record, count)
    else if (verdict.do === 'fire') this.#fire(record, count, verdict.cancel)
    else if (verdict.do === 'skip') this.#write({ ...record, outcome: 'skipped', reason: verdict.reason }, count)
    else this.#write({ ...record, outcome: 'waiting', reason: reason ?? verdict.reason }, count)
  }

  #write(record: SlotRecord, count: number): void {
    this.draft.record(this.#claim.name, record, count)
    if (record.outcome === 'waiting') this.#waiting++
    this.#note(record)
  }

  #fire(record: SlotRecord, count: number, cancel: readonly JobId[]): void {
    if (this.#holder?.hasExpired) this.expired.add(Number(this.#holder.id.slice(1)))
    // A running job is only asked to stop.
    this.#unended = this.#unended.filter(({ id, isRunning }) => isRunning || !cancel.includes(id))
    const fired = { ...record, job: this.draft.nextJob }
    this.draft.fire(this.#claim.name, fired, count, cancel)
    this.#fired++
    this.#note(fired)
    this.#addUnended(record.slot, fired.job)
  }

  /** The job of a slot that fires is a new one, or that which holds its key. */
  #addUnended(slot: EpochMs, newJob: JobId): void {
    const { job } = this.#claim
    const holder = this.#holder
    const isHeld = holder !== null && job?.key?.policy !== 'replace'
    if (isHeld && isFinal(holder.state)) return
    const id = isHeld ? holder.id : newJob
    const isRunning = isHeld && holder.state === 'running'
    const isGone = (each: UnendedJob) => each.id === holder?.id && (isHeld || holder.state !== 'running')
    const others = this.#unended.filter((each) => !isGone(each))
    this.#unended = [...others, { id, slot, isRunning }].sort((a, b) => a.slot - b.slot)
    if (job?.key && !isHeld) this.#holder = { id, state: 'queued', hasExpired: false }
  }

  #note(record: SlotRecord): void {
    this.#written.push(record)
    if (record.slot > this.#look.basis.now + onTimeMs) return
    if (this.#last === null || record.slot >= this.#last.slot) this.#last = record
  }
}
