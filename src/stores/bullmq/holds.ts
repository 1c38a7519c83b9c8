import type { Hold } from '../../domain/hold.js'
import { idNumber, type JobId } from '../../domain/job.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { places } from './lua/places.js'

/** What of BullMQ keeps all workers of ours from a waiting job: `[kind, value, value]`. */
const holdScript = reading(
  'hold',
  `
local queue, id = where(request.n)
if not queue then return nil end
local b = P .. queue .. ':'
if rcall('ZSCORE', b .. 'waiting-children', id) then
  return { 'children', rcall('SCARD', b .. id .. ':dependencies') }
end
local scheduler = rcall('HGET', b .. id, 'rjk')
if scheduler then return { 'scheduler', scheduler } end
local of = rcall('HMGET', b .. 'meta', 'concurrency', 'max', 'duration')
if of[1] and rcall('LLEN', b .. 'active') >= tonumber(of[1]) then return { 'concurrency', tonumber(of[1]) } end
if of[2] and tonumber(rcall('GET', b .. 'limiter') or 0) >= tonumber(of[2]) then
  return { 'rate', tonumber(of[2]), tonumber(of[3]) or 0 }
end
return nil`,
  places,
)

type HoldReply =
  | readonly ['children', number]
  | readonly ['scheduler', string]
  | readonly ['concurrency', number]
  | readonly ['rate', number, number]

export async function holdOf(context: Context, id: JobId): Promise<Hold | null> {
  const n = idNumber(id, 'j')
  const reply = n === null ? null : ((await context.calls.read(holdScript, { n })) as HoldReply | null)
  if (reply === null) return null
  switch (reply[0]) {
    case 'children':
      return { kind: 'children', count: reply[1] }
    case 'scheduler':
      return { kind: 'scheduler', name: reply[1] }
    case 'concurrency':
      return { kind: 'concurrency', most: reply[1] }
    case 'rate':
      return { kind: 'rate', most: reply[1], perMs: reply[2] }
  }
}
