import type { WorkerId } from '../../domain/job.js'
import { isNotificationKey, notifyQueue, notifyTask } from '../../domain/notification.js'
import type { QueueChoice, QueueShare } from '../../domain/queues.js'
import { type Claim, type ClaimRequest, leaseMs } from '../store.js'
import { Turns } from '../turns.js'
import { writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { jobOf, type StoredJob, type StoredReply, storedJob } from './job-fields.js'
import { failing, leases, places, states } from './lua/places.js'
import { starting } from './lua/starting.js'
import { type Refusal, Refusals, type RefusedClaim, refusalMessage } from './refusals.js'
import { Unanswered } from './unanswered.js'

/**
 * Starts the jobs that are reserved for the worker, then the share of each queue. Without shares it takes them from the only
 * queue with jobs for the worker; of several it starts none, and answers what may be started: how many reserved jobs, then how
 * many of each queue, counted up to the limit, 0 for a queue of which it saw only jobs that the worker may not start, and not
 * all. What is kept of the answer is which attempts began: if it has to be asked for again, the jobs are read again. Behind
 * them it answers where it stopped in lines that are too long for one call.
 */
export const claimScript = writing(
  'claim',
  `
if not holds_lease(worker) then return '' end
local shares = request.shares
if not shares then
  local ready, long = {}, {}
  for _, queue in ipairs(request.queues or rcall('SMEMBERS', O .. 'queues')) do
    local count, is_long = count_startable(queue, 1)
    if count > 0 then ready[#ready + 1] = queue elseif is_long then long[#long + 1] = queue end
  end
  if #ready > 1 or #long > 0 then
    local counts = { 'startable', count_all_reserved(request.limit) }
    looks = 2000
    for _, queue in ipairs(ready) do
      counts[#counts + 1] = queue
      counts[#counts + 1] = math.max(1, (count_startable(queue, request.limit)))
    end
    for _, queue in ipairs(long) do counts[#counts + 1] = queue; counts[#counts + 1] = 0 end
    return counts
  end
  shares = ready[1] and { ready[1], request.limit } or {}
end
local function start_all()
  start_reserved(request.limit, started)
  for index = 1, #shares, 2 do
    local queue, most = shares[index], math.min(shares[index + 1], request.limit - #started)
    local count = most > 0 and start_waiting(queue, most, started) or 0
    if count < most then start_from(queue, P .. queue .. ':prioritized', most - count, started) end
  end
end
-- Where a queue cannot have its jobs started, those of others that have been are the worker's.
local is_done, fault = pcall(start_all)
if not is_done and #started == 0 then return fail_as(fault) end
note_begun()
local begun = {}
for index, job in ipairs(started) do begun[index] = job[1] .. ':' .. job[7] end
return table.concat(begun, ' ')`,
  `
if #started == 0 then
  for number, attempt in string.gmatch(answer, '(%d+):(%d+)') do
    local queue, id = where(tonumber(number))
    local flat = queue and rcall('HGETALL', P .. queue .. ':' .. id) or {}
    local fields = fields_in(flat)
    -- The job may have been handed back since, and claimed again by another call.
    if fields.ats == attempt and rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then
      local refusal = refusal_of(tonumber(number), queue, id, fields)
      started[#started + 1] = { tonumber(number), queue, id, 'running', flat, refusal, attempt }
    end
  end
end
for line, passed in pairs(stopped) do started[#started + 1] = { 'stopped', line, passed } end
return started`,
  failing,
  leases,
  places,
  states,
  starting,
)

/** Where calls stopped in lines of which they have seen only jobs that the worker may not start: by line, how many. */
type Stopped = Readonly<Record<string, number>>

/** What a claim has begun; or, where several queues have jobs, how many of them it may begin. */
type Found =
  | { readonly kind: 'claims'; readonly claims: readonly Claim[]; readonly stopped: Stopped }
  | { readonly kind: 'startable'; readonly reserved: number; readonly counts: ReadonlyMap<string, number> }

/** Redis does nothing else meanwhile, for about 3 ms. */
export const claimsAtMost = 128

/** After a walk through a long line that found nothing, its depths are left alone for so long, in milliseconds. */
const restMs = 5_000

/** The claims of an open store. One whose answer never came is asked for again by the next: its jobs run by now. */
export class Claims {
  readonly #context: Context
  readonly #unanswered: Unanswered<WorkerId>
  readonly #turns = new Turns()
  readonly #refusals: Refusals
  /** The last walk that found nothing: for which tasks, and until when it is not made again. */
  #fruitless = { tasks: '', until: Number.NEGATIVE_INFINITY }

  constructor(context: Context) {
    this.#context = context
    this.#refusals = new Refusals(context)
    this.#unanswered = new Unanswered(context.calls)
  }

  async claim(claim: ClaimRequest): Promise<readonly Claim[]> {
    const { limit, tasks } = claim
    if (limit <= 0) return []
    await this.#refusals.refuse([])
    const queues = isForDeliveries(tasks) ? queueOfDeliveries(claim.queues) : claim.queues
    const named = namedSharesOf(queues, limit)
    if (named !== null) return this.#walk(claim, named)
    const found = await this.#ask(claim, queues === null ? {} : { queues: queues.shares.map(nameOf) })
    if (found.kind === 'claims') {
      // No queue waited for its turn.
      this.#turns.share([], queues, limit, () => [])
      return found.claims
    }
    const { shares, turns } = sharesOf(this.#turns, found.counts, queues, limit - found.reserved)
    const taken = await this.#ask(claim, { shares })
    const claims = taken.kind === 'claims' ? inTurn(taken.claims, turns) : []
    for (const [queue, count] of found.counts) {
      const left = limit - claims.length
      if (count === 0 && left > 0)
        claims.push(...(await this.#walk({ ...claim, limit: left }, { shares: [queue, left] })))
    }
    return claims
  }

  /** Takes from these shares; goes on, call after call, through lines with thousands of jobs that the worker may not start. */
  async #walk(claim: ClaimRequest, from: object): Promise<readonly Claim[]> {
    const { calls } = this.#context
    const tasks = claim.tasks?.join() ?? '*'
    let found = await this.#ask(claim, from)
    while (found.kind === 'claims' && found.claims.length === 0 && Object.keys(found.stopped).length > 0) {
      if (tasks === this.#fruitless.tasks && calls.elapsedMs() < this.#fruitless.until) return []
      found = await this.#ask(claim, { ...from, from: found.stopped })
      const isOver = found.kind === 'claims' && found.claims.length === 0 && Object.keys(found.stopped).length === 0
      if (isOver) this.#fruitless = { tasks, until: calls.elapsedMs() + restMs }
    }
    return found.kind === 'claims' ? found.claims : []
  }

  async #ask({ worker, limit, tasks }: ClaimRequest, from: object): Promise<Found> {
    const { calls, clock } = this.#context
    const known = tasks === undefined ? {} : { tasks }
    const request = { worker, leaseMs, ...leaseNowOf(this.#context), now: clock.now(), limit, ...known, ...from }
    const reply = await this.#unanswered.ask(worker, (call) => calls.writeAs(call, claimScript, request))
    if (isStartable(reply)) return startableOf(reply)
    const claims: Claim[] = []
    const refused: RefusedClaim[] = []
    const [started, stopped] = partsOf(reply as readonly (StartedReply | StoppedReply)[])
    for (const reply of started) {
      const [refusal, stored] = startedOf(reply, worker, request.now)
      const claim = claimOf(worker, stored)
      if (refusal === '') claims.push(claim)
      else refused.push({ claim, message: refusalMessage(refusal, stored) })
    }
    await this.#refusals.refuse(refused)
    return { kind: 'claims', claims, stopped }
  }
}

const nameOf = ({ name }: QueueShare) => name

/** Pairs of a queue and the most that is taken from it, where no turns are needed; null: it depends on which queues have jobs. */
function namedSharesOf(queues: QueueChoice, limit: number): { readonly shares: readonly (string | number)[] } | null {
  if (queues === null || (queues.shares.length > 1 && !queues.strict)) return null
  // Strict: each queue may have all that those before it leave.
  return { shares: queues.shares.flatMap(({ name }) => [name, limit]) }
}

type StartableReply = readonly ['startable', number, ...(string | number)[]]

function isStartable(reply: unknown): reply is StartableReply {
  return Array.isArray(reply) && reply[0] === 'startable'
}

function startableOf([, reserved, ...counts]: StartableReply): Found {
  const startable = new Map<string, number>()
  for (let index = 0; index < counts.length; index += 2) startable.set(String(counts[index]), Number(counts[index + 1]))
  return { kind: 'startable', reserved, counts: startable }
}

/** Each claim of a worker that delivers notifications comes with one for these alone. */
function isForDeliveries(tasks: readonly string[] | undefined): boolean {
  return tasks?.length === 1 && tasks[0] === notifyTask
}

/** They are on a queue of their own: to look for them among all that waits on others would hold up Redis each time. */
function queueOfDeliveries(queues: QueueChoice): QueueChoice {
  const isServed = queues === null || queues.shares.some(({ name }) => name === notifyQueue)
  return { shares: isServed ? [{ name: notifyQueue, weight: 1 }] : [], strict: false }
}

/** As many places as the queues can fill, by weight: pairs of a queue and a number, and the queues in their turns. */
function sharesOf(
  turns: Turns,
  startable: ReadonlyMap<string, number>,
  choice: QueueChoice,
  limit: number,
): { readonly shares: readonly (string | number)[]; readonly turns: readonly string[] } {
  const left = new Map(startable)
  const order: string[] = []
  const shares = new Map<string, number>()
  const ready = [...startable.keys()].filter((queue) => startable.get(queue) !== 0).sort()
  turns.share(ready, choice, limit, (queue, most) => {
    const count = Math.min(most, left.get(queue) ?? 0)
    left.set(queue, (left.get(queue) ?? 0) - count)
    shares.set(queue, (shares.get(queue) ?? 0) + count)
    const places = Array.from({ length: count }, () => queue)
    order.push(...places)
    return places
  })
  return { shares: [...shares].flat(), turns: order }
}

/** The share of each queue is started at once. Behind those that were reserved they are answered in their turns. */
function inTurn(claims: readonly Claim[], turns: readonly string[]): Claim[] {
  const first = Math.max(0, claims.length - turns.length)
  const byQueue = new Map<string, Claim[]>()
  for (const claim of claims.slice(first)) {
    const some = byQueue.get(claim.lease.queue) ?? []
    if (some.push(claim) === 1) byQueue.set(claim.lease.queue, some)
  }
  const inOrder = turns.flatMap((queue) => byQueue.get(queue)?.splice(0, 1) ?? [])
  return [...claims.slice(0, first), ...inOrder, ...[...byQueue.values()].flat()]
}

type StoppedReply = readonly ['stopped', line: string, passed: number]

function partsOf(reply: readonly (StartedReply | StoppedReply)[]): readonly [readonly StartedReply[], Stopped] {
  const isStopped = (each: StartedReply | StoppedReply): each is StoppedReply => each[0] === 'stopped'
  const stopped = reply.filter(isStopped).map(([, line, passed]) => [line, passed] as const)
  return [reply.filter((each) => !isStopped(each)), Object.fromEntries(stopped)]
}

type StartedReply = readonly [...StoredReply, Refusal, attempt: string]

/** The job as it is since its attempt began. */
function startedOf(reply: StartedReply, worker: string, now: number): readonly [Refusal, StoredJob] {
  const [number, queue, id, state, flat, refusal, attempt] = reply
  const at = String(now)
  const begun = ['processedOn', at, 'pb', worker, 'ats', attempt, 'start', at, 'own', attempt]
  return [refusal, storedJob([number, queue, id, state, [...flat, ...begun]])]
}

function claimOf(worker: string, stored: StoredJob): Claim {
  const job = jobOf(stored)
  const { id, task, queue, key, attempt, schedule } = job
  return {
    job: { ...job, slot: schedule?.slot ?? null },
    lease: { job: id, attempt, worker, task, queue, isNotification: isNotificationKey(key) },
  }
}
