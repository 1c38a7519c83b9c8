import type { PausedQueue } from '../store.js'
import { bull } from './bullmq-functions.js'
import { reading, writing } from './calls.js'
import type { Context } from './context.js'
import { keys } from './lua/places.js'

// Whether a queue is paused is BullMQ's to say. What is kept beside it is since when.
const pauseScript = writing(
  'pause',
  `
rcall('DEL', O .. 'ignored')
local answers = {}
for index, queue in ipairs(request.names) do
  local b = P .. queue .. ':'
  local was = rcall('HEXISTS', b .. 'meta', 'paused') == 1
  local pauses = request.what == 'paused'
  answers[index] = was == pauses and 'unchanged' or request.what
  if was ~= pauses then
    bull_pause({
      pauses and b .. 'wait' or b .. 'paused', pauses and b .. 'paused' or b .. 'wait', b .. 'meta', b .. 'prioritized',
      b .. 'events', b .. 'delayed', b .. 'marker',
    }, { request.what, '1' })
  end
  if pauses then
    rcall('SADD', O .. 'queues', queue)
    if not was then rcall('HSET', O .. 'paused', queue, request.now) end
  else
    rcall('HDEL', O .. 'paused', queue)
  end
end
tell('work')
return table.concat(answers, ' ')`,
  null,
  bull.pause,
)

async function change<What extends 'paused' | 'resumed'>(context: Context, names: readonly string[], what: What) {
  if (names.length === 0) return []
  const answer = await context.calls.write(pauseScript, { now: context.clock.now(), names, what })
  return String(answer).split(' ') as (What | 'unchanged')[]
}

export const pauseQueues = (context: Context, names: readonly string[]) => change(context, names, 'paused')
export const resumeQueues = (context: Context, names: readonly string[]) => change(context, names, 'resumed')

const pausedQueuesScript = reading(
  'paused-queues',
  `
local found = {}
for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
  if rcall('HEXISTS', P .. queue .. ':meta', 'paused') == 1 then
    found[#found + 1] = { queue, rcall('HGET', O .. 'paused', queue) or '0' }
  end
end
return found`,
  keys,
)

export async function pausedQueues(context: Context): Promise<readonly PausedQueue[]> {
  const reply = (await context.calls.read(pausedQueuesScript, {})) as readonly (readonly [string, string])[]
  return reply.map(([name, since]) => ({ name, pausedAt: Number(since) })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
