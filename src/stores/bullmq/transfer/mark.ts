import type { MoveMark } from '../../transfer.js'
import { reading, writing } from '../calls.js'
import type { Context } from '../context.js'
import { request } from '../lua/places.js'

/**
 * The mark of a store that takes part in a move. Its counters are in it meanwhile: where they were is a text, so that whoever has the
 * store open can neither enqueue nor register. No other call looks for the mark.
 */
const sealScript = writing(
  'seal',
  `
local mark = O .. 'moved'
local counters = { 'id', 'workers:id', 'schedules:writes' }
if rcall('EXISTS', mark) == 1 then return 'sealed' end
if rcall('HLEN', O .. 'workers') > 0 then return 'busy' end
for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
  local b = P .. queue .. ':'
  if rcall('LLEN', b .. 'active') > 0 then return 'runs ' .. queue end
  if rcall('ZCARD', b .. 'waiting-children') > 0 then return 'flows ' .. queue end
end
rcall('HSET', mark, 'state', request.state, 'other', request.other, 'identity', request.identity)
for _, name in ipairs(counters) do
  rcall('HSET', mark, name, rcall('GET', O .. name) or '0')
  rcall('SET', O .. name, 'moved')
end
return 'sealed'`,
  null,
)

const unsealScript = writing(
  'unseal',
  `
local mark = O .. 'moved'
if rcall('EXISTS', mark) == 0 then return '' end
for _, name in ipairs({ 'id', 'workers:id', 'schedules:writes' }) do
  local count = rcall('HGET', mark, name)
  if count == '0' then rcall('DEL', O .. name) else rcall('SET', O .. name, count) end
end
rcall('DEL', mark)
tell('work')
return ''`,
  null,
)

const remarkScript = writing(
  'remark',
  `
if rcall('EXISTS', O .. 'moved') == 1 then rcall('HSET', O .. 'moved', 'state', request.state) end
return ''`,
  null,
)

const markScript = reading('mark', `return rcall('HMGET', O .. 'moved', 'state', 'other', 'identity')`, request)

/** `runs`: jobs of a queue run on workers of BullMQ; `flows`: jobs of it wait for others by the means of BullMQ. */
export async function seal(
  context: Context,
  mark: MoveMark,
): Promise<'sealed' | 'busy' | `${'runs' | 'flows'} ${string}`> {
  return (await context.calls.write(sealScript, mark)) as 'sealed'
}

export async function unseal(context: Context): Promise<void> {
  await context.calls.write(unsealScript, {})
}

export async function remark(context: Context, state: MoveMark['state']): Promise<void> {
  await context.calls.write(remarkScript, { state })
}

type MarkReply = readonly [MoveMark['state'] | null, string, string]

export async function readMark(context: Context): Promise<MoveMark | null> {
  const [state, other, identity] = (await context.calls.read(markScript, {})) as MarkReply
  return state === null ? null : { state, other, identity }
}
