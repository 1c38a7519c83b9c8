import type { FailureGroup } from '../../domain/failure-group.js'
import type { EpochMs } from '../../domain/job.js'
import { minuteOf } from '../../domain/statistics.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'

/** The groups with the latest failures, with all that share their last time; and the first minute that is still counted. */
const latestScript = reading(
  'latest-failures',
  `
local last = O .. 'groups:last'
local found = rcall('ZREVRANGEBYSCORE', last, '+inf', request.from, 'WITHSCORES', 'LIMIT', 0, request.limit)
if #found == 2 * request.limit then
  local score = found[#found]
  for _, group in ipairs(rcall('ZRANGEBYSCORE', last, score, score)) do
    found[#found + 1] = group
    found[#found + 1] = score
  end
end
return { rcall('GET', O .. 'groups:since') or '0', found }`,
  request,
)

/**
 * Groups with what was counted from a minute on: some thousand counts a call, at least one group. Of a group with more minutes
 * than are asked for, only those are read.
 */
const groupsScript = reading(
  'failure-groups',
  `
local found, counts = {}, 0
for _, group in ipairs(request.groups) do
  local key = O .. 'group:' .. group
  local length = rcall('HLEN', key)
  if #found > 0 and counts + length > 4000 then break end
  local of = rcall('HMGET', key, 'task', 'error', 'first', 'last', 'sample')
  local minutes = {}
  local last = math.floor((tonumber(of[4]) or 0) / 60000)
  if last - request.from < math.min(length, 2000) then
    for minute = request.from, last do
      local count = rcall('HGET', key, 'm' .. minute)
      if count then minutes[#minutes + 1] = minute; minutes[#minutes + 1] = tonumber(count) end
    end
  else
    local flat = rcall('HGETALL', key)
    for index = 1, #flat, 2 do
      local minute = tonumber(string.match(flat[index], '^m(%d+)$'))
      if minute and minute >= request.from then
        minutes[#minutes + 1] = minute
        minutes[#minutes + 1] = tonumber(flat[index + 1])
      end
    end
  end
  counts = counts + length
  found[#found + 1] = { group, of, minutes }
end
return found`,
  request,
)

type GroupReply = readonly [
  group: string,
  fields: readonly [task: string | null, error: string, first: string, last: string, sample: string],
  minutes: readonly number[],
]

interface Found extends FailureGroup {
  readonly group: number
}

/** Failed jobs by task and error, the latest failure first. */
export async function failureGroups(context: Context, since: EpochMs, limit: number): Promise<readonly FailureGroup[]> {
  if (limit <= 0) return []
  const from = minuteOf(since)
  const latest = await context.calls.read(latestScript, { from: from * 60_000, limit })
  const [counted, flat] = latest as readonly [string, readonly string[]]
  const lastAt = new Map<string, number>()
  for (let index = 0; index < flat.length; index += 2) lastAt.set(flat[index] ?? '', Number(flat[index + 1]))
  const order = [...lastAt].sort(([a, lastA], [b, lastB]) => lastB - lastA || Number(a) - Number(b))
  const groups = order.slice(0, limit).map(([group]) => group)
  const found = await readGroups(context, groups, Math.max(from, Number(counted)))
  return found
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.lastAt - a.lastAt || a.group - b.group)
    .map(({ group: _, ...rest }) => rest)
}

/** Groups by number, with what was counted from a minute on. */
export async function readGroups(context: Context, groups: readonly string[], from: number): Promise<readonly Found[]> {
  const found: Found[] = []
  for (let read = 0; read < groups.length; ) {
    const reply = await context.calls.read(groupsScript, { groups: groups.slice(read), from })
    const some = reply as readonly GroupReply[]
    if (some.length === 0) break
    read += some.length
    // A prune may have removed one since.
    found.push(...some.filter(([, [task]]) => task !== null).map(foundGroup))
  }
  return found
}

function foundGroup([group, [task, error, first, last, sample], flat]: GroupReply): Found {
  const minutes = Array.from({ length: flat.length / 2 }, (_, index) => ({
    minute: flat[2 * index] ?? 0,
    count: flat[2 * index + 1] ?? 0,
  })).sort((a, b) => a.minute - b.minute)
  return {
    group: Number(group),
    task: task ?? '',
    error,
    count: minutes.reduce((sum, { count }) => sum + count, 0),
    firstAt: Number(first),
    lastAt: Number(last),
    sample: `j${sample}`,
    minutes,
  }
}
