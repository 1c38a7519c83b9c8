import { lua } from '../script.js'
import { inParts, places, request, scores } from './places.js'

/**
 * Stores jobs that wait from now on, and that nothing else in the call looks at: all of a queue at the end of the call, by as
 * few commands as there can be. What they write is what BullMQ's addPrioritizedJob writes, one job after the other.
 *
 * `add_plain(job, n, text)`: the number of the job, and its text. `write_plain()`: once, at the end.
 */
export const plainJobs = lua(
  `
local added_at = string.format('%.0f', request.now)
-- By queue: jobs, with their numbers and texts of these.
local plain = {}
local function add_plain(job, n, text)
  local list = plain[job.queue]
  if not list then list = {}; plain[job.queue] = list end
  list[#list + 1] = { job, n, text }
end
-- How many events BullMQ keeps of a queue; and whether its workers are to be woken.
local function facts_of(b)
  local facts = rcall('HMGET', b .. 'meta', 'opts.maxLenEvents', 'paused', 'concurrency')
  local wakes = not facts[2] and not (facts[3] and rcall('LLEN', b .. 'active') >= tonumber(facts[3]))
  return { most = facts[1], wakes = wakes }
end
-- Fails where a key that jobs of the queue are written to holds something else.
local function look_at_keys(b)
  rcall('STRLEN', b .. 'id')
  rcall('XLEN', b .. 'events')
  rcall('ZCARD', b .. 'prioritized')
  rcall('ZCARD', b .. 'marker')
end
local function write_plain()
  -- Of several queues, one that cannot have its jobs must not leave the others with theirs: the caller hears that none is stored.
  local has_several = next(plain, (next(plain))) ~= nil
  local facts = {}
  for queue in pairs(plain) do
    local b = P .. queue .. ':'
    if has_several then look_at_keys(b) end
    facts[queue] = facts_of(b)
  end
  local buckets = {}
  for queue, list in pairs(plain) do
    for _, each in ipairs(list) do
      local key = bucket(each[2])
      local where = buckets[key]
      if not where then where = {}; buckets[key] = where end
      where[#where + 1] = each[3]
      where[#where + 1] = queue
    end
  end
  for key, where in pairs(buckets) do call_in_parts('HSET', key, where) end
  for queue, list in pairs(plain) do
    local b = P .. queue .. ':'
    local events = b .. 'events'
    local most = facts[queue].most or 10000
    if not facts[queue].most then rcall('HSET', b .. 'meta', 'opts.maxLenEvents', most) end
    rcall('INCRBY', b .. 'id', #list)
    local line, ready = {}, {}
    for index, each in ipairs(list) do
      local job, n, text = each[1], each[2], each[3]
      local id = 'j' .. text
      local priority = 101 - job.priority
      if job.rest then
        rcall('HSET', b .. id, 'name', job.task, 'data', job.args, 'opts', job.opts, 'timestamp', added_at, 'delay', '0', 'priority', priority, 'o', job.rest)
      else
        rcall('HSET', b .. id, 'name', job.task, 'data', job.args, 'opts', job.opts, 'timestamp', added_at, 'delay', '0', 'priority', priority)
      end
      rcall('XADD', events, '*', 'event', 'added', 'jobId', id, 'name', job.task)
      if index < #list then
        rcall('XADD', events, '*', 'event', 'waiting', 'jobId', id)
      else
        rcall('XADD', events, 'MAXLEN', '~', most, '*', 'event', 'waiting', 'jobId', id)
      end
      line[#line + 1] = string.format('%.0f', line_score(priority, n))
      line[#line + 1] = id
      ready[#ready + 1] = added_at
      ready[#ready + 1] = id
    end
    call_in_parts('ZADD', b .. 'prioritized', line)
    if facts[queue].wakes then rcall('ZADD', b .. 'marker', 0, '0') end
    call_in_parts('ZADD', O .. 'ready:' .. queue, ready)
  end
end
`,
  request,
  inParts,
  places,
  scores,
)
