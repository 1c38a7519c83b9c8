import { writing } from '../calls.js'
import type { Context } from '../context.js'
import { jobsPerBucket, places, request } from '../lua/places.js'

const beginScript = writing(
  'begin-filling',
  `
local mark = O .. 'moved'
local there = rcall('HMGET', mark, 'state', 'identity')
if there[1] then return there[1] == 'filling' and there[2] == request.identity and 'begun' or 'used' end
if rcall('EXISTS', O .. 'id', O .. 'workers:id', O .. 'queues', O .. 'schedules') > 0 then return 'used' end
rcall('HSET', mark, 'state', 'filling', 'other', request.other, 'identity', request.identity)
for _, name in ipairs({ 'id', 'workers:id', 'schedules:writes' }) do
  rcall('HSET', mark, name, '0')
  rcall('SET', O .. name, 'moved')
end
return 'begun'`,
  null,
  request,
)

/** Marks an empty store. */
export async function beginFilling(
  context: Context,
  from: { readonly other: string; readonly identity: string },
): Promise<'begun' | 'used'> {
  return (await context.calls.write(beginScript, from)) as 'begun' | 'used'
}

const discardScript = writing(
  'discard-jobs',
  `
local found = rcall('HKEYS', O .. 'where:' .. request.bucket)
for _, number in ipairs(found) do
  local queue, id = where(tonumber(number))
  local b = P .. queue .. ':'
  for _, place in ipairs({ 'completed', 'failed', 'delayed', 'prioritized' }) do rcall('ZREM', b .. place, id) end
  rcall('UNLINK', b .. id, b .. id .. ':logs')
end
rcall('UNLINK', O .. 'where:' .. request.bucket)
return ''`,
  null,
  places,
  request,
)

const queuesScript = writing(
  'discard-queues',
  `
for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
  local b = P .. queue .. ':'
  rcall('HDEL', b .. 'meta', 'paused')
  rcall('DEL', b .. 'marker')
end
return ''`,
  null,
  request,
)

/** Removes jobs from the sets of BullMQ. What else is of ours begins with a key of ours. */
export async function discard(context: Context): Promise<void> {
  const last = Number(await context.calls.write(lastScript, {}))
  for (let bucket = 0; bucket <= Math.floor(last / jobsPerBucket); bucket++)
    await context.calls.write(discardScript, { bucket })
  await context.calls.write(queuesScript, {})
}

const lastScript = writing(
  'highest-job',
  `return rcall('HGET', O .. 'moved', 'highest') or rcall('HGET', O .. 'moved', 'id') or '0'`,
  null,
  request,
)
