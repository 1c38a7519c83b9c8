import type { EpochMs } from '../../domain/job.js'
import type { KeptSchedule } from '../../domain/schedule/revise.js'
import { onTimeMs, type SlotOutcome, type StoredSchedule, type StoredSlot } from '../../domain/schedule/schedule.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { slotRecords, unendedJobs } from './lua/slots.js'
import { type SlotReply, storedSlot } from './slot-records.js'

const outcomes = ['fired', 'late', 'skipped', 'missed'] as const satisfies readonly SlotOutcome[]

/** Schedules with all that is shown of them. Only those with slots that wait are asked for how many. */
const schedulesScript = reading(
  'schedules',
  `
local waiting = {}
for _, name in ipairs(rcall('SMEMBERS', O .. 'schedules:waiting')) do waiting[name] = true end
-- For all of them, a hash as a whole is less than its fields one by one.
local function reader(key)
  if request.names then return function(field) return rcall('HGET', O .. key, field) end end
  local flat, fields = rcall('HGETALL', O .. key), {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return function(field) return fields[field] or false end, fields
end
local text_of, texts = reader('schedules')
local success_of, total_of = reader('success'), reader('slottotals')
local found = {}
local function add(name, text)
  local totals = {}
  for index, outcome in ipairs(request.outcomes) do totals[index] = total_of(outcome .. ' ' .. name) end
  local waits = waiting[name] and rcall('ZCARD', O .. 'slotwaits:' .. name) or 0
  found[#found + 1] = { text, success_of(name), waits, last_slot(name, request.latest), totals }
end
if texts then
  for name, text in pairs(texts) do add(name, text) end
else
  for _, name in ipairs(request.names) do
    local text = text_of(name)
    if text then add(name, text) end
  end
end
return found`,
  slotRecords,
)

type ScheduleReply = readonly [
  text: string,
  success: string | null,
  waiting: number,
  last: SlotReply | readonly [],
  totals: readonly (string | null)[],
]

export async function schedules(context: Context, names?: readonly string[]): Promise<readonly StoredSchedule[]> {
  const only = names === undefined ? {} : { names: [...new Set(names)] }
  const request = { latest: context.clock.now() + onTimeMs, outcomes, ...only }
  const found = (await context.calls.read(schedulesScript, request)) as readonly ScheduleReply[]
  return found.map(storedSchedule).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function storedSchedule([text, success, waiting, last, totals]: ScheduleReply): StoredSchedule {
  const counted = outcomes.flatMap((outcome, index) => {
    const total = totals[index] ?? null
    return total === null ? [] : [[outcome, Number(total)]]
  })
  return {
    ...scheduleOf(text),
    waiting,
    lastSlot: last.length === 0 ? null : storedSlot(last),
    lastSuccessAt: success === null ? null : Number(success),
    slotTotals: Object.fromEntries(counted),
  }
}

/** A schedule as it is kept, with its revision. */
export type RevisedSchedule = KeptSchedule & Pick<StoredSchedule, 'revision'>

export function scheduleOf(text: string): RevisedSchedule {
  return JSON.parse(text) as RevisedSchedule
}

/** Those that have slots that wait, and whether any of their jobs has not ended. */
const waitingScript = reading(
  'waiting-schedules',
  `
local found = {}
for _, name in ipairs(rcall('SMEMBERS', O .. 'schedules:waiting')) do
  local text = rcall('HGET', O .. 'schedules', name)
  local isFree = true
  each_unended(name, function(_, _, state) if state then isFree = false end end)
  if text and isFree then found[#found + 1] = text end
end
return found`,
  unendedJobs,
)

export async function waitingSchedules(context: Context): Promise<readonly string[]> {
  const free = (await context.calls.read(waitingScript, {})) as readonly string[]
  return free
    .map(scheduleOf)
    .filter(mayFireWaiting)
    .map(({ name }) => name)
    .sort()
}

/** Whether a slot that waits may fire as soon as no job of its schedule is left. */
export function mayFireWaiting({ plan, pausedAt, fired }: KeptSchedule): boolean {
  return plan !== null && pausedAt === null && fired < (plan.definition.limit ?? Number.POSITIVE_INFINITY)
}

const slotsScript = reading(
  'slots',
  `
local found = {}
local before = request.before and '(' .. request.before or '+inf'
local times = O .. 'slottimes:' .. request.name
for _, slot in ipairs(rcall('ZREVRANGEBYSCORE', times, before, '-inf', 'LIMIT', 0, request.limit)) do
  found[#found + 1] = slot_row(request.name, slot)
end
return found`,
  slotRecords,
)

/** The newest first. */
export async function slots(
  context: Context,
  name: string,
  { limit, before }: { readonly limit: number; readonly before: EpochMs | null },
): Promise<readonly StoredSlot[]> {
  const request = { name, limit, ...(before === null ? {} : { before: `${before}` }) }
  return ((await context.calls.read(slotsScript, request)) as readonly SlotReply[]).map(storedSlot)
}

const versionScript = reading('schedules-version', `return rcall('GET', O .. 'schedules:version')`)

export async function schedulesVersion(context: Context): Promise<number> {
  return Number((await context.calls.read(versionScript, {})) ?? 0)
}

const seenScript = reading('scheduler-seen', `return rcall('GET', O .. 'schedules:seen')`)

export async function schedulerSeenAt(context: Context): Promise<EpochMs | null> {
  const seen = await context.calls.read(seenScript, {})
  return seen === null ? null : Number(seen)
}

const scheduleScript = reading('schedule', `return rcall('HGET', O .. 'schedules', request.name)`)

/** The target that a schedule names for the failures of its jobs. */
export async function notifyOfSchedule(context: Context, name: string): Promise<string | false | null> {
  const text = await context.calls.read(scheduleScript, { name })
  return text === null ? null : (scheduleOf(String(text)).plan?.definition.notify ?? null)
}
