import type { EpochMs } from '../../domain/job.js'
import type { QueueSample } from '../store.js'
import { reading, writing } from './calls.js'
import type { Context } from './context.js'
import { counting } from './lua/counting.js'
import { request } from './lua/places.js'

const hourMs = 3_600_000

/**
 * Samples each queue that has changed, unless it has a sample of this minute. The samples of an hour are a list, which takes
 * Redis a third of the memory of a sorted set.
 */
const sampleScript = writing(
  'sample',
  `
rcall('DEL', O .. 'ignored')
local now = request.now
local hour = math.floor(now / ${hourMs})
local enqueued = rcall('HGETALL', O .. 'enqueued')
for index = 1, #enqueued, 2 do
  local queue = enqueued[index]
  local what = lengths(queue, 'queued') .. ' ' .. enqueued[index + 1]
  local last = rcall('HGET', O .. 'sampled', queue)
  local at, was = string.match(last or '', '^(%d+) (.*)$')
  at = tonumber(at)
  if not at or (was ~= what and (at < now - now % 60000 or at > now)) then
    local sample = string.format('%d %s', now, what)
    rcall('HSET', O .. 'sampled', queue, sample)
    rcall('RPUSH', O .. 'samples:' .. hour, sample .. ' ' .. queue)
    rcall('ZADD', O .. 'samples', hour, hour)
  end
end
return ''`,
  null,
  request,
  counting,
)

export async function takeSamples(context: Context): Promise<void> {
  await context.calls.write(sampleScript, { now: context.clock.now() })
}

/** At most some thousand samples, from an hour and an index in it on; and where to go on. */
const samplesScript = reading(
  'samples',
  `
local found, from = {}, request.index
for _, hour in ipairs(rcall('ZRANGEBYSCORE', O .. 'samples', request.hour, '+inf', 'LIMIT', 0, 200)) do
  local some = rcall('LRANGE', O .. 'samples:' .. hour, from, from + 2999 - #found)
  for _, sample in ipairs(some) do found[#found + 1] = sample end
  if #found == 3000 then return { tonumber(hour), from + #some, found } end
  from = 0
  request.hour = tonumber(hour) + 1
end
local more = #rcall('ZRANGEBYSCORE', O .. 'samples', request.hour, '+inf', 'LIMIT', 0, 1) > 0
return { more and request.hour or -1, 0, found }`,
  request,
)

export async function queueSamples(context: Context, since: EpochMs): Promise<readonly QueueSample[]> {
  const found: QueueSample[] = []
  for (let [hour, index] = [Math.floor(since / hourMs), 0]; hour >= 0; ) {
    const reply = await context.calls.read(samplesScript, { hour, index })
    const [next, at, samples] = reply as readonly [number, number, readonly string[]]
    found.push(...samples.map(sampleOf))
    hour = next
    index = at
  }
  return found.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at || (a.queue < b.queue ? -1 : 1))
}

/** A sample as a list of them has it. */
export function sampleOf(text: string): QueueSample {
  const [, at, queued, enqueued, queue = ''] = /^(\d+) (\d+) (\d+) (.*)$/s.exec(text) ?? []
  return { queue, at: Number(at), queued: Number(queued), enqueued: Number(enqueued) }
}

/** Removes the samples of minutes before one. A queue whose last sample goes is sampled again. */
const pruneSamplesScript = writing(
  'prune-samples',
  `
rcall('DEL', O .. 'ignored')
local before = request.before
local function is_old(sample)
  return tonumber(string.match(sample, '^%d+')) < before
end
local hours = rcall('ZRANGEBYSCORE', O .. 'samples', '-inf', math.floor(before / ${hourMs}), 'LIMIT', 0, 200)
for _, hour in ipairs(hours) do
  local key = O .. 'samples:' .. hour
  if (tonumber(hour) + 1) * ${hourMs} <= before then
    rcall('UNLINK', key)
  else
    local all = rcall('LRANGE', key, 0, -1)
    local kept = {}
    for _, sample in ipairs(all) do
      if not is_old(sample) then kept[#kept + 1] = sample end
    end
    if #kept < #all then
      rcall('DEL', key)
      for from = 1, #kept, 1000 do rcall('RPUSH', key, unpack(kept, from, math.min(from + 999, #kept))) end
    end
  end
  if rcall('EXISTS', key) == 0 then rcall('ZREM', O .. 'samples', hour) end
end
local last = rcall('HGETALL', O .. 'sampled')
for index = 1, #last, 2 do
  if is_old(last[index + 1]) then rcall('HDEL', O .. 'sampled', last[index]) end
end
return #hours == 200 and 'more' or 'done'`,
  null,
  request,
)

/** `before`: the start of a minute. */
export async function pruneSamples(context: Context, before: EpochMs): Promise<void> {
  while ((await context.calls.write(pruneSamplesScript, { before })) === 'more');
}
