import { idNumber, type JobId } from '../../domain/job.js'
import type { Retried } from '../store.js'
import { bull } from './bullmq-functions.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { cancelling } from './lua/ends.js'
import { scores } from './lua/places.js'
import { failures } from './lua/statistics.js'

/**
 * Puts ended jobs back on their queues. Answers one word each: what a retry did, or `expired` for what must be failed
 * before anything can be said.
 */
const retryScript = writing(
  'retry',
  `
rcall('DEL', O .. 'ignored')
local now = request.now
local unretried = { scheduled = 'waiting', queued = 'waiting', running = 'running', completed = 'completed' }
local function reopen(n, queue, id)
  local b = P .. queue .. ':'
  local of = rcall('HMGET', b .. id, 'priority', 'sched', 'slot', 'grp', 'c')
  bull_reprocessJob({
    b .. id, b .. 'events', b .. 'failed', b .. 'wait', b .. 'meta', b .. 'active', b .. 'marker', b .. 'prioritized',
    O .. 'ignored:pc',
  }, { id, 'LPUSH', 'failedReason', 'failed', '1', '0' })
  rcall('ZADD', b .. 'prioritized', 'XX', line_score(tonumber(of[1]) or 0, n), id)
  rcall('ZREM', O .. 'cancelled:' .. queue, id)
  rcall('ZADD', O .. 'ready:' .. queue, now, id)
  rcall('HDEL', b .. id, 'cancel', 'fin', 'exp', 'err', 'res', 'progress', 'c', 'grp', 'stacktrace')
  rcall('HSET', b .. id, 'due', now)
  if of[4] then leave_group(of[4]) end
  if of[2] then
    rcall('ZADD', O .. 'unended:' .. of[2], of[3], n)
    rcall('HDEL', O .. 'slotend:' .. of[2], of[3])
  end
end
local function retry_job(n)
  local queue, id = where(n)
  local state = queue and state_of(queue, id)
  if not state then return 'unknown' end
  if is_waiting_too_long(queue, id, state, now) then return 'expired' end
  if unretried[state] then return unretried[state] end
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'key', 'o')
  if of[2] and string.find(of[2], '"l":1', 1, true) then return 'input-gone' end
  if of[1] then
    local holder, at, held, holder_state = key_holder(of[1], now)
    if holder and holder ~= n then
      if is_waiting_too_long(at, held, holder_state, now) then return 'expired:' .. holder end
      return 'key-taken'
    end
    local taken = rcall('HGET', O .. 'keys', of[1])
    if not taken or string.match(taken, '^%d+') ~= tostring(n) then rcall('HSET', O .. 'keys', of[1], n .. ' 0') end
  end
  reopen(n, queue, id)
  return 'retried'
end
local answers = {}
for index, n in ipairs(request.numbers) do answers[index] = retry_job(n) end
tell('work')
return (rcall('GET', O .. 'id') or 0) .. ' ' .. table.concat(answers, ' ')`,
  null,
  cancelling,
  scores,
  failures,
  bull.reprocessJob,
)

export async function retry(context: Context, ids: readonly JobId[]): Promise<readonly Retried[]> {
  const answers: Retried[] = []
  // The notifications of jobs that turn out to have expired are newer.
  let newest = Number.POSITIVE_INFINITY
  for (const id of ids) {
    const number = idNumber(id, 'j') ?? 0
    const { answer, last } =
      number > newest ? { answer: 'unknown' as const, last: newest } : await retryOne(context, number)
    answers.push(answer)
    newest = Math.min(newest, last)
  }
  return answers
}

/** `last`: the newest job before anything was done. */
async function retryOne(
  context: Context,
  number: number,
): Promise<{ readonly answer: Retried; readonly last: number }> {
  for (let newest = Number.POSITIVE_INFINITY; ; ) {
    const reply = String(await context.calls.write(retryScript, { now: context.clock.now(), numbers: [number] }))
    const [last, answer = ''] = reply.split(' ')
    const [what = '', holder = number] = answer.split(':')
    newest = Math.min(newest, Number(last))
    if (what !== 'expired') return { answer: what as Retried, last: newest }
    await context.bury([Number(holder)])
  }
}
