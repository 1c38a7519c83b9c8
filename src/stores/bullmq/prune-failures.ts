import { reading, writing } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'

/**
 * Removes groups whose last failure was before a minute, and of which no job is left. Passes over the others, of which it
 * answers how many there were.
 */
const pruneGroupsScript = writing(
  'prune-groups',
  `
rcall('DEL', O .. 'ignored')
local since = tonumber(rcall('GET', O .. 'groups:since')) or 0
if request.before > since then rcall('SET', O .. 'groups:since', request.before) end
local groups = rcall('ZRANGEBYSCORE', O .. 'groups:last', '-inf', '(' .. request.before * 60000, 'LIMIT', request.passed, 500)
local passed = 0
for _, group in ipairs(groups) do
  local key = O .. 'group:' .. group
  local of = rcall('HMGET', key, 'jobs', 'task', 'error')
  if (tonumber(of[1]) or 0) > 0 then
    passed = passed + 1
  else
    if of[2] then
      rcall('HDEL', O .. 'groups', of[2] .. ' ' .. of[3])
      if rcall('HINCRBY', O .. 'groups:of', of[2], -1) <= 0 then rcall('HDEL', O .. 'groups:of', of[2]) end
    end
    rcall('UNLINK', key)
    rcall('ZREM', O .. 'groups:last', group)
  end
end
return #groups == 500 and 'more ' .. passed or 'done ' .. passed`,
  null,
  request,
)

/** The minutes of the groups that stay: of some groups a call. They are not shown any more, and take only memory. */
const trimGroupsScript = writing(
  'trim-groups',
  `
rcall('DEL', O .. 'ignored')
local groups = rcall('ZRANGE', O .. 'groups:last', request.from, request.from + 19)
for _, group in ipairs(groups) do
  local key = O .. 'group:' .. group
  for _, field in ipairs(rcall('HKEYS', key)) do
    local minute = tonumber(string.match(field, '^m(%d+)$'))
    if minute and minute < request.before then rcall('HDEL', key, field) end
  end
end
if #groups < 20 then rcall('SET', O .. 'groups:trimmed', request.before) end
return #groups < 20 and 'done' or 'more'`,
  null,
  request,
)

const trimmedScript = reading('trimmed', `return rcall('GET', O .. 'groups:trimmed')`, request)

const dayMinutes = 1_440

/** Forgets what failed before a minute. */
export async function pruneFailures(context: Context, before: number): Promise<void> {
  for (let passed = 0; ; ) {
    const [left, more] = String(await context.calls.write(pruneGroupsScript, { before, passed })).split(' ')
    passed += Number(more)
    if (left === 'done') break
  }
  const trimmed = Number(await context.calls.read(trimmedScript, {}))
  if (before - trimmed < dayMinutes) return
  for (let from = 0; (await context.calls.write(trimGroupsScript, { before, from })) === 'more'; ) from += 20
}
