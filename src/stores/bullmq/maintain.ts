import { writing } from './calls.js'
import type { Context } from './context.js'
import { ForeignJobs, findQueues } from './foreign-jobs.js'
import { freeNames } from './free-names.js'
import { ends } from './lua/ends.js'
import { guarding } from './lua/guarding.js'
import { members } from './lua/members.js'
import { jobsPerBucket, places, request, states } from './lua/places.js'
import { slotRecords } from './lua/slots.js'
import { takeSamples } from './samples.js'

// Everybody who has the Redis can remove and move jobs with the means of BullMQ, which know nothing of what is kept beside them.
// Each call looks at the next few hundred of each kind.

/**
 * Forgets jobs that BullMQ does not have any more, bucket after bucket. `lowest`: the first bucket that has jobs, with which all
 * who walk through the jobs begin.
 */
const forgetRemovedScript = writing(
  'forget-removed',
  `
rcall('DEL', O .. 'ignored')
local last = math.floor((tonumber(rcall('GET', O .. 'id')) or 0) / ${jobsPerBucket})
local lowest = tonumber(rcall('GET', O .. 'lowest')) or 0
local at = math.max(request.bucket, lowest)
if at > last then at = lowest end
local first = lowest
local looked = 0
for count = 1, 1000 do
  local found = rcall('HGETALL', O .. 'where:' .. at)
  for index = 1, #found, 2 do
    local n = tonumber(found[index])
    local queue, id = locate(found[index + 1], n)
    if rcall('EXISTS', P .. queue .. ':' .. id) == 0 then
      rcall('HDEL', O .. 'where:' .. at, n)
      rcall('HDEL', digests(n), n)
      rcall('ZREM', O .. 'ready:' .. queue, id)
      rcall('ZREM', O .. 'cancelled:' .. queue, id)
      rcall('ZREM', O .. 'exp', queue .. ':' .. id)
      -- Whoever has removed only its hash has left it in a line: there it would be counted for ever.
      for _, line in ipairs({ 'delayed', 'prioritized', 'completed', 'failed' }) do
        rcall('ZREM', P .. queue .. ':' .. line, id)
      end
      rcall('LREM', P .. queue .. ':active', 0, id)
    end
  end
  -- No job gets a number of a bucket before the last one.
  if at == lowest and at < last and rcall('EXISTS', O .. 'where:' .. at) == 0 then lowest = at + 1 end
  at = at + 1
  looked = looked + #found / 2
  if at > last or looked >= 400 then break end
end
if lowest > first then rcall('SET', O .. 'lowest', lowest) end
return tostring(at > last and 0 or at)`,
  null,
  places,
  guarding,
)

/** Frees the unique keys of such jobs, and the slots of schedules whose jobs others have ended or removed. */
const freeRemovedScript = writing(
  'free-removed',
  `
rcall('DEL', O .. 'ignored')
local function is_gone(n)
  local queue, id = where(n)
  return not queue or rcall('EXISTS', P .. queue .. ':' .. id) == 0
end
local scanned = rcall('HSCAN', O .. 'keys', request.cursor, 'COUNT', 300)
for index = 1, #scanned[2], 2 do
  local n = tonumber(string.match(scanned[2][index + 1], '^%d+'))
  if is_gone(n) then rcall('HDEL', O .. 'keys', scanned[2][index]) end
end
local freed = false
for _, schedule in ipairs(rcall('HKEYS', O .. 'schedules')) do
  -- Any ten: jobs that may overlap are many.
  for _, text in ipairs(rcall('ZRANDMEMBER', O .. 'unended:' .. schedule, 10)) do
    local n = tonumber(text)
    local state, queue, id = state_of_job(n)
    if not state then
      if is_gone(n) then rcall('ZREM', O .. 'unended:' .. schedule, n); freed = true end
    elseif is_ended(state) then
      local of = rcall('HMGET', P .. queue .. ':' .. id, 'exp', 'slot', 'finishedOn')
      local slot_end = end_of_job(queue, id, state)
      note_end(n, queue, id, tonumber(of[3]) or 0, state, { exp = of[1], sched = schedule, slot = of[2] }, slot_end)
      freed = true
    end
  end
end
if freed then tell('end') end
return scanned[1]`,
  null,
  slotRecords,
  ends,
)

/** Drops what does not hold any more beside the sets of BullMQ: jobs that its own workers took, retried or cleaned away. */
const dropStaleScript = writing(
  'drop-stale',
  `
rcall('DEL', O .. 'ignored')
for _, line in ipairs(rcall('SMEMBERS', O .. 'lines')) do
  if rcall('EXISTS', O .. 'line:' .. line) == 0 then rcall('SREM', O .. 'lines', line) end
end
local queues = all_queues()
if #queues == 0 then return '1 0' end
table.sort(queues)
local index = math.min(request.queue, #queues)
local queue = queues[index]
local cancelled = O .. 'cancelled:' .. queue
local scanned = rcall('ZSCAN', cancelled, request.cursor, 'COUNT', 500)
for at = 1, #scanned[2], 2 do
  if rcall('ZSCORE', P .. queue .. ':failed', scanned[2][at]) ~= scanned[2][at + 1] then
    rcall('ZREM', cancelled, scanned[2][at])
  end
end
-- Only jobs that waited before the one that now waits longest can be stale for long.
local ready = O .. 'ready:' .. queue
for _, id in ipairs(rcall('ZRANGE', ready, 0, 199)) do
  if state_of(queue, id) ~= 'queued' then rcall('ZREM', ready, id) end
end
if scanned[1] ~= '0' then return index .. ' ' .. scanned[1] end
return (index % #queues) + 1 .. ' 0'`,
  null,
  places,
  states,
  members,
  request,
)

/** Where each kind of housekeeping goes on. */
interface Cursors {
  bucket: number
  keys: string
  queue: number
  cancelled: string
}

export class Housekeeping {
  readonly #context: Context
  readonly #cursors: Cursors = { bucket: 0, keys: '0', queue: 1, cancelled: '0' }

  readonly #foreign: ForeignJobs

  constructor(context: Context) {
    this.#context = context
    this.#foreign = new ForeignJobs(context)
  }

  /** Finds queues and jobs of others, samples the queues, and cleans up a little. */
  async maintain(): Promise<void> {
    const { calls } = this.#context
    const cursors = this.#cursors
    await findQueues(this.#context)
    await freeNames(this.#context)
    await this.#foreign.number()
    await takeSamples(this.#context)
    cursors.bucket = Number(await calls.write(forgetRemovedScript, { bucket: cursors.bucket }))
    cursors.keys = String(await calls.write(freeRemovedScript, { cursor: cursors.keys }))
    const asked = { queue: cursors.queue, cursor: cursors.cancelled }
    const [queue = '1', cancelled = '0'] = String(await calls.write(dropStaleScript, asked)).split(' ')
    cursors.queue = Number(queue)
    cursors.cancelled = cancelled
  }
}
