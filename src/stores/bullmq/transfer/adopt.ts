import { foldError, maxGroups } from '../../../domain/failure-group.js'
import { durationBucket } from '../../../domain/statistics.js'
import { reading, writing } from '../calls.js'
import type { Context } from '../context.js'
import { jobOf, type StoredReply, storedJob } from '../job-fields.js'
import { adopting } from '../lua/adopting.js'
import { places, request, states } from '../lua/places.js'
import { failures, statistics } from '../lua/statistics.js'

const queuesScript = reading('queues', `return rcall('SMEMBERS', O .. 'queues')`, request)

/** Gives numbers to waiting jobs that others have added, and that no worker of ours has seen. The store is marked. */
const adoptScript = writing(
  'adopt',
  `
local b = P .. request.queue .. ':'
local isList = request.place == 'wait' or request.place == 'paused'
local ids = rcall(isList and 'LRANGE' or 'ZRANGE', b .. request.place, request.from, request.from + 499)
rcall('SET', O .. 'id', rcall('HGET', O .. 'moved', 'id'))
for _, id in ipairs(ids) do
  if not number_of(request.queue, id) and rcall('EXISTS', b .. id) == 1 then adopt(request.queue, id) end
end
rcall('HSET', O .. 'moved', 'id', rcall('GET', O .. 'id'))
rcall('SET', O .. 'id', 'moved')
return tostring(#ids)`,
  null,
  request,
  places,
  adopting,
)

/** Jobs with a number that workers of BullMQ have ended, so that they are counted nowhere. */
const uncountedScript = reading(
  'uncounted',
  `
local b = P .. request.queue .. ':'
local ids = rcall('ZRANGE', b .. request.place, request.from, request.from + 199)
local found = {}
for _, id in ipairs(ids) do
  local of = rcall('HMGET', b .. id, 'ats', 'own', 'grp', 'counted')
  local isCounted = of[4] or (request.place == 'failed' and of[3]) or (request.place == 'completed' and of[1] == of[2])
  local n, state = number_of(request.queue, id), state_of(request.queue, id)
  if n and state == request.place and not isCounted then
    found[#found + 1] = { n, request.queue, id, state, rcall('HGETALL', b .. id) }
  end
end
return { #ids, found }`,
  request,
  places,
  states,
)

const countScript = writing(
  'count-adopted',
  `
for _, job in ipairs(request.jobs) do
  count_end(job.queue, job.task, job.at, job.count, job.duration, job.bucket)
  if job.text then add_failure(job.n, job.queue, job.id, job.task, job.text, job.at) end
  rcall('HSET', P .. job.queue .. ':' .. job.id, 'counted', 1)
end
write_sums()
return ''`,
  null,
  request,
  statistics,
  failures,
)

/**
 * Makes jobs of BullMQ's own producers and workers such as ours: each that waits has a number, and of those with a number each that
 * has ended is counted, and each that has failed is in a group.
 */
export async function adopt(context: Context): Promise<void> {
  for (const queue of (await context.calls.read(queuesScript, {})) as readonly string[]) {
    for (const place of ['wait', 'paused', 'prioritized', 'delayed']) {
      for (let from = 0; ; from += 500) {
        if (Number(await context.calls.write(adoptScript, { queue, place, from })) < 500) break
      }
    }
    for (const place of ['completed', 'failed']) await countEnds(context, queue, place)
  }
}

async function countEnds(context: Context, queue: string, place: string): Promise<void> {
  for (let from = 0; ; from += 200) {
    const reply = await context.calls.read(uncountedScript, { queue, place, from })
    const [looked, found] = reply as readonly [number, readonly StoredReply[]]
    if (found.length > 0) await context.calls.write(countScript, { maxGroups, jobs: found.map(countRequest) })
    if (looked < 200) return
  }
}

function countRequest(reply: StoredReply): object {
  const stored = storedJob(reply)
  const { task, state, startedAt, endedAt, error } = jobOf(stored)
  const at = endedAt ?? 0
  const duration = startedAt === null ? null : Math.max(0, at - startedAt)
  return {
    n: stored.number,
    queue: stored.queue,
    id: stored.id,
    task: stored.fields.get('sn') ?? task,
    at,
    count: state === 'completed' ? 'c' : 'e',
    ...(duration === null ? {} : { duration, bucket: durationBucket(duration) }),
    ...(state === 'failed' ? { text: foldError(error ?? { name: 'Error', message: '', stack: null }) } : {}),
  }
}
