import type { WorkerId } from '../../domain/job.js'
import { isNotificationKey, notifyQueue, notifyTask } from '../../domain/notification.js'
import type { QueueChoice } from '../../domain/queues.js'
import { type Claim, type ClaimRequest, leaseMs } from '../store.js'
import { Turns } from '../turns.js'
import { reading, writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { jobOf, type StoredJob, type StoredReply, storedJob } from './job-fields.js'
import { leases, places, states } from './lua/places.js'
import { starting } from './lua/starting.js'
import { type Refusal, Refusals, type RefusedClaim, refusalMessage } from './refusals.js'
import { Unanswered } from './unanswered.js'

/**
 * How many jobs are reserved for the worker; then, how many jobs of each queue it may start, counted up to a limit. Nothing
 * without a lease.
 */
const startableScript = reading(
  'startable',
  `
if not holds_lease(worker) then return {} end
local answers = { 0 }
for _, line in ipairs(rcall('SMEMBERS', O .. 'lines')) do
  local queue = string.match(line, '^' .. worker .. ':(.*)$')
  if queue then answers[1] = answers[1] + count_reserved(queue, request.limit) end
end
for _, queue in ipairs(request.queues or rcall('SMEMBERS', O .. 'queues')) do
  local count = count_startable(queue, request.limit)
  if count > 0 then answers[#answers + 1] = queue; answers[#answers + 1] = count end
end
return answers`,
  leases,
  starting,
)

/**
 * Starts the jobs that are reserved for the worker, then the share of each queue. What is kept of the answer is which attempts
 * began: if it has to be asked for again, the jobs are read again.
 */
export const claimScript = writing(
  'claim',
  `
if not holds_lease(worker) then return '' end
if request.reserved then start_reserved(request.limit, started) end
for index = 1, #request.shares, 2 do
  local queue, most = request.shares[index], math.min(request.shares[index + 1], request.limit - #started)
  local count = most > 0 and start_waiting(queue, most, started) or 0
  if count < most then start_from(queue, P .. queue .. ':prioritized', most - count, false, started) end
end
local begun = {}
for index, job in ipairs(started) do begun[index] = job[1] end
return table.concat(begun, ' ')`,
  `
if #started == 0 then
  for number in string.gmatch(answer, '%d+') do
    local queue, id = where(tonumber(number))
    if queue and rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then
      local flat = rcall('HGETALL', P .. queue .. ':' .. id)
      local refusal = refusal_of(tonumber(number), queue, fields_in(flat))
      started[#started + 1] = { tonumber(number), queue, id, 'running', flat, refusal }
    end
  end
end
return started`,
  leases,
  places,
  states,
  starting,
)

/** The claims of an open store. One whose answer never came is asked for again by the next: its jobs run by now. */
export class Claims {
  readonly #context: Context
  readonly #unanswered: Unanswered<WorkerId>
  readonly #turns = new Turns()
  readonly #refusals: Refusals

  constructor(context: Context) {
    this.#context = context
    this.#refusals = new Refusals(context)
    this.#unanswered = new Unanswered(context.calls)
  }

  async claim({ worker, queues, limit, tasks }: ClaimRequest): Promise<readonly Claim[]> {
    if (limit <= 0) return []
    await this.#refusals.refuse([])
    const request = { worker, leaseMs, ...leaseNowOf(this.#context), ...(tasks === undefined ? {} : { tasks }) }
    const shares = await this.#sharesOf(request, isForDeliveries(tasks) ? queueOfDeliveries(queues) : queues, limit)
    const now = this.#context.clock.now()
    const asked = { ...request, now, limit, reserved: true, shares }
    const reply = await this.#unanswered.ask(worker, (call) => this.#context.calls.writeAs(call, claimScript, asked))
    const claims: Claim[] = []
    const refused: RefusedClaim[] = []
    for (const [refusal, stored] of (reply as readonly StartedReply[]).map(startedOf)) {
      const claim = claimOf(worker, stored)
      if (refusal === '') claims.push(claim)
      else refused.push({ claim, message: refusalMessage(refusal, stored) })
    }
    await this.#refusals.refuse(refused)
    return claims
  }

  /** Pairs of a queue and the most that is to be taken from it. */
  async #sharesOf(request: object, queues: QueueChoice, limit: number): Promise<readonly (string | number)[]> {
    const [first, second] = queues?.shares ?? []
    if (queues !== null && first === undefined) return []
    if (first !== undefined && second === undefined) return [first.name, limit]
    const named = queues === null ? {} : { queues: queues.shares.map(({ name }) => name) }
    const now = this.#context.clock.now()
    const reply = (await this.#context.calls.read(startableScript, { ...request, ...named, now, limit })) as readonly (
      | string
      | number
    )[]
    const [reserved = 0, ...counts] = reply
    const startable = new Map<string, number>()
    for (let index = 0; index < counts.length; index += 2)
      startable.set(String(counts[index]), Number(counts[index + 1]))
    return sharesOf(this.#turns, startable, queues, limit - Number(reserved))
  }
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

/** As many places as the queues can fill, by weight: pairs of a queue and a number. */
function sharesOf(
  turns: Turns,
  startable: ReadonlyMap<string, number>,
  choice: QueueChoice,
  limit: number,
): readonly (string | number)[] {
  const left = new Map(startable)
  const shares = new Map<string, number>()
  turns.share([...startable.keys()].sort(), choice, limit, (queue, most) => {
    const count = Math.min(most, left.get(queue) ?? 0)
    left.set(queue, (left.get(queue) ?? 0) - count)
    shares.set(queue, (shares.get(queue) ?? 0) + count)
    return Array.from({ length: count }, () => queue)
  })
  return [...shares].flat()
}

type StartedReply = readonly [...StoredReply, Refusal]

function startedOf([number, queue, id, state, flat, refusal]: StartedReply): readonly [Refusal, StoredJob] {
  return [refusal, storedJob([number, queue, id, state, flat])]
}

function claimOf(worker: string, stored: StoredJob): Claim {
  const job = jobOf(stored)
  const { id, task, queue, key, attempt, schedule } = job
  return {
    job: { ...job, slot: schedule?.slot ?? null },
    lease: { job: id, attempt, worker, task, queue, isNotification: isNotificationKey(key) },
  }
}
