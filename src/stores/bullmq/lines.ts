import { idNumber, type JobId } from '../../domain/job.js'
import { notificationKeys } from '../../domain/notification.js'
import type { TaskCount } from '../store.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { members } from './lua/members.js'
import { places, states } from './lua/places.js'
import { walking } from './lua/walking.js'

/** BullMQ gives out what is in `wait` before everything else, from its end. */
const aheadScript = reading(
  'jobs-ahead',
  `
local queue, id = where(request.n)
if not queue then return 0 end
local b = P .. queue .. ':'
local worker = rcall('HGET', b .. id, 'res')
local score = rcall('ZSCORE', b .. 'prioritized', id)
if not score and worker then score = rcall('ZSCORE', reserved_line(worker, queue), id) end
local waiting = rcall('LLEN', b .. 'wait')
if score then return waiting + rcall('ZCOUNT', b .. 'prioritized', '-inf', '(' .. score) end
local index = rcall('LPOS', b .. 'wait', id)
return index and waiting - 1 - index or 0`,
  places,
  states,
)

/** How many jobs a queue gives out before a queued one. */
export async function jobsAhead(context: Context, id: JobId, limit: number): Promise<number> {
  const n = idNumber(id, 'j')
  return n === null ? 0 : Math.min(limit, Number(await context.calls.read(aheadScript, { n })))
}

/** The lines of the queues that are not paused: pairs of a queue and `delayed`, `wait` or `prioritized`, of those with jobs. */
const linesScript = reading(
  'lines',
  `
local found = {}
for _, queue in ipairs(request.queues or all_queues()) do
  local b = P .. queue .. ':'
  if rcall('HEXISTS', b .. 'meta', 'paused') == 0 then
    for _, line in ipairs({ 'delayed', 'wait', 'prioritized' }) do
      if rcall('EXISTS', b .. line) == 1 then found[#found + 1] = { queue, line } end
    end
  end
end
return found`,
  members,
)

/**
 * Whether a job runs or is queued for one worker; without tasks, whether any is queued; and the last events of BullMQ, which
 * are others once a job has moved. With a line, whether one of that is unfinished.
 */
const unfinishedScript = reading(
  'unfinished',
  `
local tasks
if request.tasks then
  tasks = {}
  for _, task in ipairs(request.tasks) do tasks[task] = true end
end
local events = {}
for _, queue in ipairs(request.queues or all_queues()) do
  local b = P .. queue .. ':'
  if not request.line then
    local last = rcall('XREVRANGE', b .. 'events', '+', '-', 'COUNT', 1)[1]
    events[#events + 1] = queue .. (last and last[1] or '')
  end
  if rcall('HEXISTS', b .. 'meta', 'paused') == 0 then
    if rcall('LLEN', b .. 'active') > 0 then return { 1 } end
    for _, line in ipairs(reserved_lines(queue)) do
      if rcall('ZCARD', line) > 0 then return { 1 } end
    end
  end
end
local line = request.line
if not line then return { 0, table.concat(events, ' ') } end
local b = P .. line[1] .. ':'
local found = false
local cursor = walk_line(b .. line[2], line[2] == 'wait', request.cursor, function(id)
  if found then return end
  local of = rcall('HMGET', b .. id, 'name', 'res', 'ats', 'key', 'rjk')
  -- Of a job scheduler of BullMQ: it waits for a worker of BullMQ.
  if of[5] then return end
  if tasks and not of[2] and not tasks[of[1]] then return end
  if line[2] == 'delayed' then
    if (tonumber(of[3]) or 0) == 0 then return end
    if of[4] and string.sub(of[4], 1, #request.notifications) == request.notifications then return end
  end
  found = true
end)
return { found and 1 or 0, cursor and cursor[1], cursor and cursor[2] }`,
  members,
  walking,
)

type Line = readonly [queue: string, line: string]
type UnfinishedReply = readonly [found: number, score?: string, skip?: number]
type Cursor = readonly [score: string, skip: number]

/** Whether a job on these queues is queued, runs, or waits for a retry. */
export async function unfinished(
  context: Context,
  queues: readonly string[] | null,
  tasks?: readonly string[],
): Promise<boolean> {
  const asked = { ...named(queues), ...(tasks === undefined ? {} : { tasks }), notifications: notificationKeys }
  const isUnfinished = async (more: object) =>
    (await context.calls.read(unfinishedScript, { ...asked, ...more })) as UnfinishedReply
  // Between two looks a job may go from where the second look is to where the first was: then all is looked at again.
  let events: string | undefined
  for (let looks = 0; looks < 10; looks++) {
    const [found, last] = await isUnfinished({})
    if (found === 1) return true
    if (last === events) return false
    events = last
    if (await isUnfinishedIn(context, queues, isUnfinished)) return true
  }
  return true
}

async function isUnfinishedIn(
  context: Context,
  queues: readonly string[] | null,
  isUnfinished: (more: object) => Promise<UnfinishedReply>,
): Promise<boolean> {
  const lines = [...(await linesOf(context, queues))]
  // A job moves from `delayed` to the others: those come later.
  for (const line of lines.sort(([, a], [, b]) => (a < b ? -1 : 1))) {
    for (let cursor: Cursor | null = null; ; ) {
      const [found, score, skip]: UnfinishedReply = await isUnfinished({
        line,
        ...(cursor === null ? {} : { cursor }),
      })
      if (found === 1) return true
      if (score === undefined || skip === undefined) break
      cursor = [score, skip]
    }
  }
  return false
}

const countTasksScript = reading(
  'count-tasks',
  `
local b = P .. request.line[1] .. ':'
local counts = {}
local cursor = walk_line(b .. request.line[2], request.line[2] == 'wait', request.cursor, function(id)
  local task = rcall('HGET', b .. id, 'name')
  if task then counts[task] = (counts[task] or 0) + 1 end
end)
local flat = {}
for task, count in pairs(counts) do flat[#flat + 1] = task; flat[#flat + 1] = count end
return { flat, cursor and cursor[1], cursor and cursor[2] }`,
  members,
  walking,
)

type CountReply = readonly [flat: readonly (string | number)[], score?: string, skip?: number]

/** The number of queued jobs of each task, without reserved jobs and paused queues. */
export async function queuedByTask(context: Context, queues: readonly string[] | null): Promise<readonly TaskCount[]> {
  const counts = new Map<string, number>()
  for (const line of (await linesOf(context, queues)).filter(([, name]) => name !== 'delayed')) {
    for (let cursor: Cursor | null = null; ; ) {
      const asked: object = { line, ...(cursor === null ? {} : { cursor }) }
      const [flat, score, skip] = (await context.calls.read(countTasksScript, asked)) as CountReply
      for (let index = 0; index < flat.length; index += 2) {
        const task = String(flat[index])
        counts.set(task, (counts.get(task) ?? 0) + Number(flat[index + 1]))
      }
      if (score === undefined || skip === undefined) break
      cursor = [score, skip]
    }
  }
  return [...counts].map(([task, count]) => ({ task, count })).sort((a, b) => (a.task < b.task ? -1 : 1))
}

async function linesOf(context: Context, queues: readonly string[] | null): Promise<Line[]> {
  return [...((await context.calls.read(linesScript, named(queues))) as readonly Line[])]
}

/** An empty list is a table in Lua like any other. */
function named(queues: readonly string[] | null): object {
  return queues === null ? {} : { queues: [...new Set(queues)] }
}
