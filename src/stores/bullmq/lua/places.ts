import { lua } from '../script.js'

/**
 * The keys. `P` begins those of BullMQ: `P .. queue .. ':' .. what`. `O` begins ours: no queue has an empty name. `rcall`
 * stands for redis.call, as in BullMQ's own scripts.
 */
export const keys = lua(`
local O = KEYS[1]
local P = string.sub(O, 1, -2)
local rcall = redis.call
-- Who waits looks from time to time, too: a user who may not publish must not lose the answer of what is done.
local function tell(news)
  redis.pcall('PUBLISH', O .. 'news', news)
end
`)

/** Writes as many as Lua can hand over at a time. */
export const inParts = lua(
  `
local function call_in_parts(command, key, list)
  for from = 1, #list, 1000 do rcall(command, key, unpack(list, from, math.min(from + 999, #list))) end
end
`,
  keys,
)

/** The answer of a script that has written what it could, and of which a part has failed in a `pcall`: the error, as Redis words it. */
export const failing = lua(`
local function fail_as(fault)
  local text = type(fault) == 'table' and fault.err or fault
  -- Of an error that is raised again, Redis 7 would not say the code that it begins with.
  if string.find(text, '^%u+ ') then return redis.error_reply(text) end
  error(text, 0)
end
`)

/** What was asked for. A property that is null is left out. */
export const request = lua('local request = cjson.decode(ARGV[1])', keys)

/** The parts of `QUEUE:ID`, as sets of ours have a job. No name of a queue has a colon; an id that others gave may have one. */
export const queueAndId = lua(`
local function queue_and_id(place)
  return string.match(place, '^([^:]*):(.*)$')
end
`)

/** So many jobs share a hash: Redis keeps a small one in little memory, but looks through all of it, up to a microsecond for 500. */
export const jobsPerBucket = 128

/** Where a job is, by its number: its queue, and its id in BullMQ. A job that somebody else has added has an id of theirs. */
export const places = lua(
  `
local function bucket(n)
  return O .. 'where:' .. math.floor(n / ${jobsPerBucket})
end
local function locate(place, n)
  local colon = string.find(place, ':', 1, true)
  if colon then return string.sub(place, 1, colon - 1), string.sub(place, colon + 1) end
  return place, 'j' .. n
end
-- Where all jobs of a bucket are, by number.
local function places_in(bucket)
  local flat = rcall('HGETALL', bucket)
  local at = {}
  for index = 1, #flat, 2 do at[tonumber(flat[index])] = flat[index + 1] end
  return at
end
local function where(n)
  local place = rcall('HGET', bucket(n), n)
  if not place then return nil end
  return locate(place, n)
end
local function number_of(queue, id)
  local own = string.match(id, '^j([1-9]%d*)$')
  if own and rcall('HGET', bucket(own), own) == queue then return tonumber(own) end
  -- Anybody can write the field; what is beside it is only ours.
  local n = tonumber(rcall('HGET', P .. queue .. ':' .. id, 'n') or nil)
  return n and rcall('HGET', bucket(n), n) == queue .. ':' .. id and n or nil
end
`,
  keys,
  queueAndId,
)

/** Where the foreground run of a worker has its jobs of a queue: in no list of BullMQ, so that nobody else takes them. */
export const reservedLine = lua(
  `
local function reserved_line(worker, queue)
  return O .. 'line:' .. worker .. ':' .. queue
end
`,
  keys,
)

/** The state of a job is where BullMQ has it. It is stored nowhere else: others move jobs too. */
export const states = lua(
  `
local function state_of(queue, id)
  local b = P .. queue .. ':'
  if rcall('ZSCORE', b .. 'completed', id) then return 'completed' end
  local failed = rcall('ZSCORE', b .. 'failed', id)
  if failed then
    return rcall('ZSCORE', O .. 'cancelled:' .. queue, id) == failed and 'cancelled' or 'failed'
  end
  if rcall('ZSCORE', b .. 'delayed', id) then return 'scheduled' end
  if rcall('ZSCORE', b .. 'prioritized', id) then return 'queued' end
  local worker = rcall('HGET', b .. id, 'res')
  if worker and rcall('ZSCORE', reserved_line(worker, queue), id) then return 'queued' end
  if rcall('LPOS', b .. 'active', id) then return 'running' end
  if rcall('LPOS', b .. 'wait', id) then return 'queued' end
  if rcall('ZSCORE', b .. 'waiting-children', id) then return 'scheduled' end
  return nil
end
-- The fields of a job. at: when it is due now; others can change that.
local function hash_of(queue, id, state)
  local flat = rcall('HGETALL', P .. queue .. ':' .. id)
  local score = state == 'scheduled' and rcall('ZSCORE', P .. queue .. ':delayed', id)
  if score then
    flat[#flat + 1] = 'at'
    flat[#flat + 1] = string.format('%.0f', math.floor(score / 4096))
  end
  return flat
end
`,
  reservedLine,
)

/** Leases are in the time of Redis, which all workers share, unless the caller has a clock of its own. */
export const leases = lua(
  `
local function lease_now()
  if request.leaseNow then return request.leaseNow end
  local time = rcall('TIME')
  return time[1] * 1000 + time[2] / 1000
end
-- Another worker may have the id since the store was emptied: of those that a client has registered it says who they are.
local function is_another(worker)
  if not ARGV[5] or not string.find(ARGV[5], ' ' .. worker .. ' ', 1, true) then return false end
  return rcall('HGET', O .. 'workers:client', worker) ~= ARGV[2]
end
local function is_leased(worker)
  local until_ = tonumber(rcall('ZSCORE', O .. 'leases', worker) or nil)
  if not until_ then return false end
  local now = lease_now()
  -- The clock may be that of a replica, which is the master now: a little behind. One that is far behind would keep it for ever.
  return until_ > now and until_ <= now + 2 * request.leaseMs
end
-- Asked on behalf of the worker.
local function holds_lease(worker)
  return not is_another(worker) and is_leased(worker)
end
`,
  request,
)

/** The place of a job in the line of its queue: a higher priority first, then the lower number. */
export const scores = lua(`
local function line_score(priority, n)
  return priority * 0x100000000 + n
end
`)
