import type { EpochMs, JobId, JobState, NewJob } from '../../domain/job.js'
import { onTimeMs, type SlotRecord } from '../../domain/schedule/schedule.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { cancelling } from './lua/ends.js'
import { request } from './lua/places.js'
import { keyHolders, scheduleWrites, unendedJobs } from './lua/slots.js'
import type { Basis } from './schedule-draft.js'
import { type RevisedSchedule, scheduleOf } from './schedule-reading.js'
import { slotRecord } from './slot-records.js'

/**
 * What a decision about slots of one schedule depends on. Its jobs are only looked for where one of them may be in the way: those
 * that may overlap are many.
 */
const lookScript = reading(
  'look-at-slots',
  `
local name, now = request.name, request.now
local text = rcall('HGET', O .. 'schedules', name)
if not text then return { '' } end
local records = {}
for _, slot in ipairs(request.slots) do
  local record = rcall('HGET', O .. 'slots:' .. name, slot)
  if record then
    records[#records + 1] = slot; records[#records + 1] = record
    records[#records + 1] = is_ended(state_of_job(job_of(record))) and 'ended' or 'open'
  end
end
local last = rcall('ZREVRANGEBYSCORE', O .. 'slottimes:' .. name, request.latest, '-inf', 'LIMIT', 0, 1)[1]
local waiting = waiting_slots(name)
local jobs, ended, expired = {}, {}, {}
local plan = cjson.decode(text).plan
local mayOverlap = plan ~= cjson.null and plan.definition.overlap == 'allow'
local unended = false
if request.judges or (request.defers and not mayOverlap) or (request.ends and #waiting > 0) then
  unended = unended_numbers(name)
  each_unended(name, function(n, slot, state, queue, id)
    if not state then ended[#ended + 1] = n; return end
    jobs[#jobs + 1] = tostring(n); jobs[#jobs + 1] = slot; jobs[#jobs + 1] = state
    if is_waiting_too_long(queue, id, state, now) then expired[#expired + 1] = n end
  end)
end
local holder, n, queue, id, state = holder_of(request, now)
local expiredHolder = n and is_waiting_too_long(queue, id, state, now) and n or false
local taken = {}
if request.triggers then taken = rcall('ZRANGEBYSCORE', O .. 'slottimes:' .. name, now, '+inf', 'LIMIT', 0, 1000) end
return {
  tx_of(name), text, waiting, last and { last, rcall('HGET', O .. 'slots:' .. name, last) } or {},
  records, unended, jobs, ended, expired, expiredHolder, holder, taken,
}`,
  request,
  cancelling,
  unendedJobs,
  keyHolders,
  scheduleWrites,
)

type Reply = readonly [
  tx: string,
  text: string,
  waiting: readonly string[],
  last: readonly string[],
  records: readonly string[],
  unended: string | null,
  jobs: readonly string[],
  ended: readonly number[],
  expired: readonly number[],
  expiredHolder: number | null,
  holder: string,
  taken: readonly string[],
]

export interface UnendedJob {
  readonly id: JobId
  readonly slot: EpochMs
  readonly isRunning: boolean
}

/** A schedule, and what a decision about its slots depends on. */
export interface SlotLook {
  readonly basis: Basis
  readonly schedule: RevisedSchedule
  /** The oldest first. */
  readonly waiting: readonly SlotRecord[]
  /** The latest that is not yet to come. */
  readonly last: SlotRecord | null
  /** Records of slots that were asked for; `isOver`: neither its job nor its wait goes on. */
  readonly records: ReadonlyMap<EpochMs, { readonly isOver: boolean }>
  /** In the order of their slots. */
  readonly unended: readonly UnendedJob[]
  /** Those of them that have expired. */
  readonly expired: readonly number[]
  /** The job that holds the key of the one to be enqueued. */
  readonly holder: { readonly id: JobId; readonly state: JobState; readonly hasExpired: boolean } | null
  /** Times from now on that have a record. */
  readonly taken: ReadonlySet<EpochMs>
}

export interface LookRequest {
  readonly name: string
  /** Slots whose records are asked for. */
  readonly slots?: readonly EpochMs[]
  /** Some slot is to fire whose own overlap policy looks at earlier jobs; and some that does as its schedule says. */
  readonly judges?: boolean
  readonly defers?: boolean
  /** A slot that waits may fire, if all jobs have ended. */
  readonly ends?: boolean
  readonly job?: NewJob | null
  /** It is fired by hand, at the first time that is free. */
  readonly triggers?: boolean
}

/** null: no such schedule. */
export async function lookAtSlots(
  context: Context,
  { name, slots = [], job, ...what }: LookRequest,
): Promise<SlotLook | null> {
  const now = context.clock.now()
  const reply = (await context.calls.read(lookScript, {
    ...what,
    name,
    now,
    latest: `${now + onTimeMs}`,
    slots: slots.map(String),
    ...(job?.key ? { key: job.key } : {}),
  })) as Reply
  return reply[0] === '' ? null : lookOf(name, now, reply)
}

function lookOf(name: string, now: EpochMs, reply: Reply): SlotLook {
  const [tx, text, waiting, last, records, unended, jobs, ended, expired, expiredHolder, holder, taken] = reply
  const [holderNumber, holderState] = holder.split(' ')
  return {
    basis: { now, txs: { [name]: tx }, name, holder, ...(unended === null ? {} : { unended, ended }) },
    schedule: scheduleOf(text),
    waiting: inGroups(waiting, 2).map(([slot = '', record = '']) => slotRecord(slot, record)),
    last: last[0] === undefined ? null : slotRecord(last[0], last[1] ?? ''),
    records: new Map(inGroups(records, 3).map(recordOf)),
    unended: inGroups(jobs, 3).map(([number, slot, state]) => ({
      id: `j${number}`,
      slot: Number(slot),
      isRunning: state === 'running',
    })),
    expired,
    holder:
      holder === ''
        ? null
        : { id: `j${holderNumber}`, state: holderState as JobState, hasExpired: expiredHolder !== null },
    taken: new Set(taken.map(Number)),
  }
}

function recordOf([slot = '', record = '', state]: readonly string[]): [EpochMs, { readonly isOver: boolean }] {
  return [Number(slot), { isOver: state === 'ended' && slotRecord(slot, record).outcome !== 'waiting' }]
}

function inGroups(flat: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: flat.length / size }, (_, index) => flat.slice(index * size, (index + 1) * size))
}
