import type { JobId, WorkerId } from '../../domain/job.js'
import { type LostWorker, leaseMs, type SweepResult } from '../store.js'
import { buryExpired } from './bury.js'
import { reading, writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { cancelling } from './lua/ends.js'
import { leases, places, states } from './lua/places.js'
import { promoting } from './lua/promoting.js'
import { jobsAScript } from './parts.js'
import { freeReservations, lose, removeWorker } from './reclaim.js'

/**
 * Queues due jobs, but none that has expired. Answers how many; the numbers of expired ones; the workers without a lease; and when
 * the next job is due.
 */
const promoteScript = writing(
  'promote',
  `
rcall('DEL', O .. 'ignored')
local over = {}
-- Some more: those of one time are in the order of their names, not of their numbers.
local places = rcall('ZRANGEBYSCORE', O .. 'exp', '-inf', request.now, 'WITHSCORES', 'LIMIT', 0, request.expired + 200)
for index = 1, #places, 2 do
  local place = places[index]
  local queue, id = queue_and_id(place)
  local n = number_of(queue, id)
  if n and is_waiting_too_long(queue, id, state_of(queue, id), request.now) then
    over[#over + 1] = { n, tonumber(places[index + 1]) }
  else
    rcall('ZREM', O .. 'exp', place)
  end
end
table.sort(over, function(a, b)
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[1] < b[1]
end)
local expired = {}
for index = 1, math.min(#over, request.expired) do expired[index] = over[index][1] end
local promoted = promote_due(request.now, request.limit, expired)
local overdue = {}
for _, worker in ipairs(rcall('HKEYS', O .. 'workers')) do
  if not is_leased(worker) then overdue[#overdue + 1] = worker end
end
table.sort(overdue, function(a, b) return tonumber(string.sub(a, 2)) < tonumber(string.sub(b, 2)) end)
if promoted > 0 then tell('work') end
return cjson.encode({
  promoted = promoted, expired = table.concat(expired, ' '), overdue = table.concat(overdue, ' '), next = next_due(),
})`,
  null,
  leases,
  places,
  states,
  cancelling,
  promoting,
)

const nextDueScript = reading('next-due', `return next_due() or ''`, promoting)

interface Promoted {
  readonly promoted: number
  readonly expired: string
  readonly overdue: string
  readonly next?: number
}

export async function sweep(
  context: Context,
  { limit, dead }: { readonly limit: number; readonly dead: readonly WorkerId[] },
): Promise<SweepResult> {
  const first = await promote(context, limit)
  const expired = words(first.expired).map(Number)
  let buried = await buryExpired(context, expired)
  let isPartial = first.promoted === limit || buried === limit
  let reclaimed = 0
  const lostWorkers: LostWorker[] = []
  for (const worker of new Set([...dead, ...words(first.overdue).sort(byNumber)])) {
    const lost = await reclaim(context, worker, limit)
    reclaimed += lost.reclaimed
    buried += lost.buried
    isPartial ||= lost.isPartial
    if (lost.wasThere) lostWorkers.push({ worker, jobs: lost.jobs })
  }
  const nextDueAt = expired.length === 0 ? (first.next ?? null) : await nextDue(context)
  return { promoted: first.promoted, reclaimed, buried, lostWorkers, isPartial, nextDueAt }
}

/** Asked for again where jobs have expired: the next one may have been among them. */
async function nextDue(context: Context): Promise<number | null> {
  const at = await context.calls.read(nextDueScript, {})
  return at === '' ? null : Number(at)
}

async function promote(context: Context, limit: number): Promise<Promoted> {
  let promoted = 0
  for (;;) {
    const some = Math.min(limit - promoted, jobsAScript)
    const request = { now: context.clock.now(), limit: some, expired: limit, leaseMs, ...leaseNowOf(context) }
    const found = JSON.parse(String(await context.calls.write(promoteScript, request))) as Promoted
    promoted += found.promoted
    if (found.promoted < some || promoted >= limit) return { ...found, promoted }
  }
}

/** In the order in which they came: Redis answers the fields of a hash in any. */
const byNumber = (a: WorkerId, b: WorkerId) => Number(a.slice(1)) - Number(b.slice(1))

const words = (text: string): string[] => text.split(' ').filter(Boolean)

interface Reclaimed {
  readonly reclaimed: number
  readonly buried: number
  readonly isPartial: boolean
  readonly jobs: readonly JobId[]
  readonly wasThere: boolean
}

/** Takes back the jobs of a dead worker; removes the worker when it has no jobs left. */
async function reclaim(context: Context, worker: WorkerId, limit: number): Promise<Reclaimed> {
  const ended = await lose(context, worker, limit)
  const reserved = await freeReservations(context, worker, limit)
  const isFull = ended.length === limit || reserved.count === limit
  const removal = isFull ? 'left' : await removeWorker(context, worker)
  const failed = ended.filter(({ isFailed }) => isFailed).length
  return {
    reclaimed: ended.length - failed,
    buried: failed + reserved.buried,
    isPartial: removal === 'left',
    jobs: ended.map(({ number }) => `j${number}`),
    wasThere: removal === 'removed' || ended.length > 0,
  }
}
