import { OffstageError } from '../../domain/errors.js'
import { maxGroups } from '../../domain/failure-group.js'
import type { NewJob } from '../../domain/job.js'
import { goneWorkerError } from '../losses.js'
import type { Enqueued } from '../store.js'
import { tokenKeptMs } from '../tokens.js'
import { expiryRequests } from './bury.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { requestOf } from './job-request.js'
import { burying } from './lua/burying.js'
import { newJobs } from './lua/new-jobs.js'

/**
 * Answers without having written anything what keeps the whole call from being stored: a token that is too late, a worker
 * that is gone, or holders of keys that have expired and must be failed first. One of these may be among the jobs themselves:
 * then only the jobs up to it are stored first.
 */
const check = `
local is_buried = {}
for _, burial in ipairs(request.burials or {}) do is_buried[burial.n] = true end
local expired, over, part = { 'expired' }, {}, nil
-- Tokens and keys that jobs before in the call take. One that is refused leaves its token to the next.
local tokens, keys_taken = {}, {}
for index, job in ipairs(request.jobs) do
  local known = job.token and rcall('HGET', O .. 'token', job.token)
  if job.token and now > job.validUntil and not known then return { 'late' } end
  local is_first = not (known or (job.token and tokens[job.token]))
  local is_refused = false
  if job.key and is_first then
    local name = job.key.name
    local holder, queue, id, state = key_holder(name, now)
    local is_over = holder and is_waiting_too_long(queue, id, state, now)
    if is_over and not is_buried[holder] then expired[#expired + 1] = holder end
    if over[name] and not part then part = index - 1 end
    over[name] = job.expiresAt and job.expiresAt <= now
    is_refused = job.key.policy == 'error' and (keys_taken[name] or (holder and not is_over))
    if not is_refused then keys_taken[name] = true end
  end
  if job.token and is_first and not is_refused then tokens[job.token] = true end
end
if #expired > 1 then return expired end
for _, job in ipairs(request.jobs) do
  if job.lostWithWorker and job.reservedFor and not has_worker(job.reservedFor) then return { 'gone', job.reservedFor } end
end
if part then return { 'part', part } end`

const add = `
local answers = {}
local stored = false
local adds_all = true
for _, job in ipairs(request.jobs) do if job.key or job.token then adds_all = false end end
if adds_all then take_numbers(request.jobs) end
for index, job in ipairs(request.jobs) do
  local known = job.token and rcall('HGET', O .. 'token', job.token)
  if known then
    answers[index] = { tonumber(known), 'existing' }
  else
    local n, answer = enqueue_job(job)
    answers[index] = { n, answer }
    if answer == 'created' or answer == 'replaced' then stored = true end
    if job.token and answer ~= 'refused' then
      rcall('HSET', O .. 'token', job.token, n)
      rcall('ZADD', O .. 'tokens', request.tokenKeptUntil, job.token)
    end
  end
end`

const finish = `
count_enqueued()
if stored then tell('work') end
return cjson.encode(answers)`

const enqueueScript = writing('enqueue', check + add + finish, null, newJobs)

/** The same, where holders of keys have expired: it fails them, and stores the notifications of that behind the jobs. */
const buryAndEnqueueScript = writing(
  'bury-and-enqueue',
  `${check}
local notifications = {}
for _, burial in ipairs(request.burials) do
  local queue, id = where(burial.n)
  if queue and is_waiting_too_long(queue, id, state_of(queue, id), now) and bury_job(burial.n, queue, id, now, burial) then
    notifications[#notifications + 1] = burial.notify
  end
end
${add}
for _, job in ipairs(notifications) do enqueue_job(job) end
write_sums()
${finish}`,
  null,
  newJobs,
  burying,
)

/** Stores jobs in one transaction. One that is so large that it would hold up all others is stored all the same. */
export async function enqueue(context: Context, jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
  if (jobs.length === 0) return []
  for (let expired: readonly number[] = []; ; ) {
    const now = context.clock.now()
    const request = { now, tokenKeptUntil: now + tokenKeptMs.others, jobs: jobs.map((job) => requestOf(job)) }
    const answer =
      expired.length === 0
        ? await context.calls.write(enqueueScript, request)
        : await context.calls.write(buryAndEnqueueScript, {
            ...request,
            maxGroups,
            burials: await expiryRequests(context, expired),
          })
    if (typeof answer === 'string') return (JSON.parse(answer) as readonly Answer[]).map(enqueuedOf)
    const [what, ...of] = answer as readonly [string, ...(string | number)[]]
    if (what === 'late') {
      throw new OffstageError('E_TOKEN_LATE', 'a job was read too long ago to be enqueued now', 'read it again')
    }
    if (what === 'gone') throw goneWorkerError(String(of[0]))
    if (what === 'part') {
      const first = await enqueue(context, jobs.slice(0, Number(of[0])))
      return [...first, ...(await enqueue(context, jobs.slice(Number(of[0]))))]
    }
    expired = of.map(Number)
  }
}

type Answer = readonly [number, Enqueued['answer']]

function enqueuedOf([number, answer]: Answer): Enqueued {
  return { id: `j${number}`, answer }
}

/** Lets go of tokens. */
const forgetTokensScript = writing(
  'forget-tokens',
  `
for _, token in ipairs(request.tokens) do rcall('ZADD', O .. 'tokens', 'XX', request.keptUntil, token) end
return ''`,
  null,
)

export async function forgetTokens(context: Context, tokens: readonly string[]): Promise<void> {
  if (tokens.length === 0) return
  const keptUntil = context.clock.now() + tokenKeptMs.forgotten
  await context.calls.write(forgetTokensScript, { tokens, keptUntil })
}
