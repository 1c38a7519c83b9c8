import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import { minuteOf } from '../../domain/statistics.js'
import { oldestKept } from '../retention.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'
import { prunable } from './lua/prunable.js'
import { removing } from './lua/removing.js'
import { type PrunableJobs, prunableJobs } from './prunable-jobs.js'
import { pruneFailures } from './prune-failures.js'
import { pruneSlots } from './prune-slots.js'
import { pruneSamples } from './samples.js'

/** Removes jobs that are still prunable, and answers how many. */
const pruneJobsScript = writing(
  'prune-jobs',
  `
rcall('DEL', O .. 'ignored')
local removed = 0
for _, n in ipairs(request.numbers) do
  local queue, id = where(n)
  if queue and is_prunable(n, queue, id) then
    remove_job(n, queue, id)
    removed = removed + 1
  end
end
return tostring(removed)`,
  null,
  prunable,
  removing,
)

const pruneMinutesScript = writing(
  'prune-minutes',
  `
rcall('DEL', O .. 'ignored')
local minutes = rcall('ZRANGEBYSCORE', O .. 'minutes', '-inf', '(' .. request.before, 'LIMIT', 0, 500)
for _, minute in ipairs(minutes) do
  rcall('UNLINK', O .. 'sums:' .. minute)
  rcall('ZREM', O .. 'minutes', minute)
end
return #minutes == 500 and 'more' or 'done'`,
  null,
  request,
)

const pruneTokensScript = writing(
  'prune-tokens',
  `
rcall('DEL', O .. 'ignored')
local tokens = rcall('ZRANGEBYSCORE', O .. 'tokens', '-inf', request.now, 'LIMIT', 0, request.limit)
for _, token in ipairs(tokens) do
  rcall('HDEL', O .. 'token', token)
  rcall('ZREM', O .. 'tokens', token)
end
return tostring(#tokens)`,
  null,
  request,
)

/** Removes what the retention no longer keeps. Answers how many jobs, or slots or tokens if those are more. */
export async function prune(context: Context, retention: Retention, limit: number): Promise<number> {
  const now = context.clock.now()
  let removed = 0
  for (const jobs of await prunableJobs(context, retention, limit)) removed += await removeJobs(context, jobs, now)
  const { statisticsMs, slotsMs, most } = retention
  if (statisticsMs !== null) await forgetMinutes(context, minuteOf(oldestKept(now, statisticsMs)))
  const slots = await pruneSlots(context, { now, most, slotsMs }, limit)
  return Math.max(removed, slots, await pruneTokens(context, now, limit))
}

/** How many jobs would be removed, counted up to `limit`. */
export async function countPrunable(context: Context, retention: Retention, limit: number): Promise<number> {
  const found = await prunableJobs(context, retention, limit)
  return found.reduce((sum, { numbers }) => sum + numbers.length, 0)
}

/** Fifty a call: each costs some thirty commands. */
async function removeJobs(context: Context, { state, before, numbers }: PrunableJobs, now: EpochMs): Promise<number> {
  let removed = 0
  for (let from = 0; from < numbers.length; from += 50) {
    const asked = { state, before, now, numbers: numbers.slice(from, from + 50) }
    removed += Number(await context.calls.write(pruneJobsScript, asked))
  }
  return removed
}

/** Removes what was counted before a minute. */
async function forgetMinutes(context: Context, before: number): Promise<void> {
  while ((await context.calls.write(pruneMinutesScript, { before })) === 'more');
  await pruneFailures(context, before)
  await pruneSamples(context, before * 60_000)
}

async function pruneTokens(context: Context, now: EpochMs, limit: number): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const most = Math.min(1_000, limit - removed)
    const some = Number(await context.calls.write(pruneTokensScript, { now, limit: most }))
    removed += some
    if (some < most) break
  }
  return removed
}
