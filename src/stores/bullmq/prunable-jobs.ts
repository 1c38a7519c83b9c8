import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import { type FinalState, finalStates, keepMsOf, oldestKept, oldestYoung } from '../retention.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { countMembers, memberNumbers } from './job-members.js'
import { jobsPerBucket } from './lua/places.js'
import { prunable } from './lua/prunable.js'

/**
 * Looks at jobs of a state by their ends, the oldest of all queues first, from a number of jobs of each queue on. Answers the
 * numbers of prunable ones, and for each queue how many were looked at.
 */
const oldestScript = reading(
  'oldest-ended',
  `
local queues = all_queues()
local most = math.max(50, math.floor(500 / math.max(1, #queues)))
local heads, horizon = {}, math.huge
for _, queue in ipairs(queues) do
  local skip = request.seen[queue] or 0
  local some = rcall('ZRANGEBYSCORE', ended_key(queue, request.state), '-inf', request.before, 'WITHSCORES', 'LIMIT', skip, most)
  for index = 1, #some, 2 do
    local n = number_of(queue, some[index])
    heads[#heads + 1] = { queue, some[index], tonumber(some[index + 1]), n or 0 }
  end
  if #some == 2 * most then horizon = math.min(horizon, tonumber(some[#some])) end
end
table.sort(heads, function(a, b)
  if a[3] ~= b[3] then return a[3] < b[3] end
  return a[4] < b[4]
end)
local found, seen, count = {}, {}, 0
for _, head in ipairs(heads) do
  if head[3] > horizon or #found == request.limit or count == 300 then break end
  count = count + 1
  seen[head[1]] = (seen[head[1]] or 0) + 1
  local n = number_of(head[1], head[2])
  if n and is_prunable(n, head[1], head[2]) then found[#found + 1] = n end
end
local flat = {}
for queue, of in pairs(seen) do flat[#flat + 1] = queue; flat[#flat + 1] = of end
return { found, flat }`,
  prunable,
)

/** Looks at jobs upwards by number, and answers where to go on, or 0; and the numbers of prunable ones. */
const upwardsScript = reading(
  'prunable-upwards',
  `
local last = tonumber(rcall('GET', O .. 'id')) or 0
local n = math.max(request.from, (tonumber(rcall('GET', O .. 'lowest')) or 0) * ${jobsPerBucket})
local found, left = {}, 300
while n <= last and left > 0 and #found < request.limit do
  local at = places_in(bucket(n))
  local next_bucket = n - n % ${jobsPerBucket} + ${jobsPerBucket}
  while n < next_bucket and left > 0 and #found < request.limit do
    if at[n] then
      left = left - 1
      if is_prunable(n, locate(at[n], n)) then found[#found + 1] = n end
    end
    n = n + 1
  end
  left = left - 1
end
return { n > last and 0 or n, found }`,
  prunable,
)

/** Which of these jobs are prunable, in their order. */
const amongScript = reading(
  'prunable-among',
  `
local found = {}
for _, n in ipairs(request.numbers) do
  local queue, id = where(n)
  if queue and is_prunable(n, queue, id) then found[#found + 1] = n end
end
return found`,
  prunable,
)

/** Jobs of one state that ended long enough ago. */
export interface PrunableJobs {
  readonly state: FinalState
  readonly before: EpochMs
  readonly numbers: readonly number[]
}

// So many are sorted faster than found among those that ended within the last hour.
const sortable = 10_000

/** At most `limit` jobs that the retention no longer keeps: those that are too old, then those that are too many. */
export async function prunableJobs(
  context: Context,
  retention: Retention,
  limit: number,
): Promise<readonly PrunableJobs[]> {
  const now = context.clock.now()
  const found: PrunableJobs[] = []
  let left = limit
  for (const state of finalStates) {
    const before = oldestKept(now, keepMsOf(retention, state))
    const old = before === Number.NEGATIVE_INFINITY ? [] : await oldest(context, { state, before, now }, left)
    left -= old.length
    const count = left > 0 ? await countEnded(context, state) : 0
    const excess = Math.min(count - old.length - retention.most, left)
    const young = { state, before: oldestYoung(now), now, ...(old.length === 0 ? {} : { after: before }) }
    const many = excess <= 0 ? [] : await lowest(context, young, excess)
    left -= many.length
    found.push({ state, before, numbers: old }, { state, before: young.before, numbers: many })
  }
  return found.filter(({ numbers }) => numbers.length > 0)
}

interface Asked {
  readonly state: FinalState
  readonly before: EpochMs
  readonly after?: EpochMs
  readonly now: EpochMs
}

async function countEnded(context: Context, state: FinalState): Promise<number> {
  const count = await countMembers(context, { states: [state] })
  return state === 'failed' ? count - (await countMembers(context, { states: ['cancelled'] })) : count
}

async function oldest(context: Context, asked: Asked, limit: number): Promise<readonly number[]> {
  const found: number[] = []
  const seen: Record<string, number> = Object.create(null)
  while (found.length < limit) {
    const reply = await context.calls.read(oldestScript, { ...asked, seen, limit: limit - found.length })
    const [numbers, flat] = reply as readonly [readonly number[], readonly (string | number)[]]
    if (flat.length === 0) break
    found.push(...numbers)
    for (let index = 0; index < flat.length; index += 2) {
      const queue = String(flat[index])
      seen[queue] = (seen[queue] ?? 0) + Number(flat[index + 1])
    }
  }
  return found
}

async function lowest(context: Context, asked: Asked, limit: number): Promise<readonly number[]> {
  const choice = { states: [asked.state], endedUntil: asked.before }
  if ((await countMembers(context, choice)) > sortable) return lowestUpwards(context, asked, limit)
  const found: number[] = []
  const numbers = [...(await memberNumbers(context, choice))].sort((a, b) => a - b)
  for (let from = 0; from < numbers.length && found.length < limit; from += 300) {
    const some = numbers.slice(from, from + 300)
    found.push(...((await context.calls.read(amongScript, { ...asked, numbers: some })) as readonly number[]))
  }
  return found.slice(0, limit)
}

async function lowestUpwards(context: Context, asked: Asked, limit: number): Promise<readonly number[]> {
  const found: number[] = []
  for (let from = 1; from !== 0 && found.length < limit; ) {
    const reply = await context.calls.read(upwardsScript, { ...asked, from, limit: limit - found.length })
    const [next, numbers] = reply as readonly [number, readonly number[]]
    found.push(...numbers)
    from = next
  }
  return found
}
