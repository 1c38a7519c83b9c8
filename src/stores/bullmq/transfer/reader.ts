import type { JobEnd } from '../../../domain/schedule/schedule.js'
import {
  type CountersRecord,
  type QueueRecord,
  samplesRecords,
  statisticsRecords,
  type TransferRecord,
} from '../../transfer.js'
import { reading } from '../calls.js'
import type { Context } from '../context.js'
import { readGroups } from '../failures.js'
import { request } from '../lua/places.js'
import { slotRecords as slotLua } from '../lua/slots.js'
import { sampleOf } from '../samples.js'
import { scheduleOf } from '../schedule-reading.js'
import { storedSlot } from '../slot-records.js'
import { statistics, statisticsOfMinutes } from '../statistics.js'
import { jobRecords } from './job-reader.js'

/** All records of a store. They are of one moment only if nobody writes. */
export async function* recordsOf(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  for await (const batch of batchesOf(context)) if (batch.length > 0) yield batch
}

async function* batchesOf(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  const counters = await countersOf(context)
  yield [counters]
  yield await queueRecords(context)
  yield* jobRecords(context, counters.job)
  yield* tokenRecords(context)
  yield* scheduleRecords(context)
  yield* slotRecords(context)
  yield statisticsRecords(null, await statistics(context, null))
  for await (const [minute, counted] of statisticsOfMinutes(context)) yield statisticsRecords(minute, counted)
  yield* failureRecords(context)
  yield* sampleRecords(context)
}

// A store that takes part in a move has its counters in its mark.
const countersScript = reading(
  'transfer-counters',
  `
return {
  rcall('HGET', O .. 'moved', 'id') or rcall('GET', O .. 'id') or '0',
  rcall('HGET', O .. 'moved', 'workers:id') or rcall('GET', O .. 'workers:id') or '0',
  rcall('GET', O .. 'schedules:version') or '0', rcall('GET', O .. 'schedules:seen') or '',
}`,
  request,
)

async function countersOf(context: Context): Promise<CountersRecord> {
  const [job = '', worker, version, seen] = (await context.calls.read(countersScript, {})) as readonly string[]
  return {
    kind: 'counters',
    job: Number(job),
    worker: Number(worker),
    schedulesVersion: Number(version),
    schedulerSeenAt: seen === '' ? null : Number(seen),
  }
}

const queuesScript = reading(
  'transfer-queues',
  `
local found = {}
for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
  local paused = rcall('HEXISTS', P .. queue .. ':meta', 'paused') == 1 and (rcall('HGET', O .. 'paused', queue) or '0') or ''
  found[#found + 1] = { queue, paused, rcall('HGET', O .. 'enqueued', queue) or '0' }
end
return found`,
  request,
)

async function queueRecords(context: Context): Promise<readonly QueueRecord[]> {
  const reply = (await context.calls.read(queuesScript, {})) as readonly (readonly [string, string, string])[]
  return reply
    .map(([name, paused, enqueued]) => ({
      kind: 'queue' as const,
      name,
      pausedAt: paused === '' ? null : Number(paused),
      enqueued: Number(enqueued),
    }))
    .filter(({ pausedAt, enqueued }) => pausedAt !== null || enqueued > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const atOnce = 1_000

const tokensScript = reading(
  'transfer-tokens',
  `
local flat = rcall('ZRANGE', O .. 'tokens', request.from, request.from + ${atOnce - 1}, 'WITHSCORES')
local found = {}
for index = 1, #flat, 2 do
  found[#found + 1] = { flat[index], rcall('HGET', O .. 'token', flat[index]) or '0', flat[index + 1] }
end
return found`,
  request,
)

async function* tokenRecords(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  for (let from = 0; ; from += atOnce) {
    const some = (await context.calls.read(tokensScript, { from })) as readonly (readonly [string, string, string])[]
    if (some.length === 0) return
    yield some.map(([token, job, until]) => ({ kind: 'token', token, job: `j${job}`, keptUntil: Number(until) }))
  }
}

const outcomes = ['fired', 'late', 'skipped', 'missed'] as const

const schedulesScript = reading(
  'transfer-schedules',
  `
local found = {}
for _, name in ipairs(request.names or rcall('HKEYS', O .. 'schedules')) do
  if request.names then
    local totals = {}
    for index, outcome in ipairs(request.outcomes) do
      totals[index] = rcall('HGET', O .. 'slottotals', outcome .. ' ' .. name) or ''
    end
    found[#found + 1] = { rcall('HGET', O .. 'schedules', name), rcall('HGET', O .. 'success', name) or '', totals }
  else
    found[#found + 1] = name
  end
end
return found`,
  request,
)

async function* scheduleRecords(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  const names = [...((await context.calls.read(schedulesScript, {})) as readonly string[])].sort()
  for (let from = 0; from < names.length; from += 200) {
    const asked = { names: names.slice(from, from + 200), outcomes }
    const reply = (await context.calls.read(schedulesScript, asked)) as readonly (readonly [string, string, string[]])[]
    yield reply.map(([text, success, totals]) => {
      const { revision, ...schedule } = scheduleOf(text)
      const counted = outcomes.flatMap((outcome, index) => {
        const total = totals[index] ?? ''
        return total === '' ? [] : [[outcome, Number(total)] as const]
      })
      return {
        kind: 'schedule',
        schedule,
        revision,
        lastSuccessAt: success === '' ? null : Number(success),
        slotTotals: Object.fromEntries(counted),
      }
    })
  }
}

const slotsScript = reading(
  'transfer-slots',
  `
local found = {}
for _, member in ipairs(rcall('ZRANGE', O .. 'slotthrough', request.from, request.from + ${atOnce - 1})) do
  local name, slot = string.match(member, '^(.*) (.*)$')
  local row = slot_row(name, slot)
  local n = job_of(row[2])
  local isGone = n > 0 and not row[3] and not state_of_job(n)
  found[#found + 1] = { name, slot, row[2], row[3] or '', isGone and 1 or 0 }
end
return found`,
  request,
  slotLua,
)

type SlotReply = readonly [name: string, slot: string, record: string, end: string, isGone: 0 | 1]

// Somebody removed it by the means of BullMQ: nobody knows how it ended.
const goneEnd: JobEnd = { state: 'cancelled', reason: null, durationMs: null }

async function* slotRecords(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  for (let from = 0; ; from += atOnce) {
    const some = (await context.calls.read(slotsScript, { from })) as readonly SlotReply[]
    if (some.length === 0) return
    yield some.map(([schedule, slot, record, end, isGone]) => {
      const stored = storedSlot([slot, record, end === '' ? null : end])
      return { kind: 'slot', schedule, slot: isGone === 1 ? { ...stored, jobEnd: goneEnd } : stored }
    })
  }
}

const groupsScript = reading(
  'transfer-groups',
  `return { rcall('GET', O .. 'groups:since') or '0', rcall('HVALS', O .. 'groups') }`,
  request,
)

async function* failureRecords(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  const [since, all] = (await context.calls.read(groupsScript, {})) as readonly [string, readonly string[]]
  const groups = [...all].sort((a, b) => Number(a) - Number(b))
  for (let from = 0; from < groups.length; from += 50) {
    const found = await readGroups(context, groups.slice(from, from + 50), Number(since))
    yield found.map(({ group, task, error, firstAt, lastAt, sample, minutes }) => {
      const pairs = minutes.map(({ minute, count }) => [minute, count] as const)
      return { kind: 'failure', group, task, error, firstAt, lastAt, sample, minutes: pairs }
    })
  }
}

const hoursScript = reading('transfer-hours', `return rcall('ZRANGE', O .. 'samples', 0, -1)`, request)
const hourScript = reading(
  'transfer-hour',
  `return rcall('LRANGE', O .. 'samples:' .. request.hour, request.from, request.from + ${atOnce - 1})`,
  request,
)

async function* sampleRecords(context: Context): AsyncGenerator<readonly TransferRecord[]> {
  for (const hour of (await context.calls.read(hoursScript, {})) as readonly string[]) {
    const samples = []
    for (let from = 0; ; from += atOnce) {
      const some = (await context.calls.read(hourScript, { hour, from })) as readonly string[]
      if (some.length === 0) break
      samples.push(...some.map(sampleOf))
    }
    yield samplesRecords(Number(hour), samples)
  }
}
