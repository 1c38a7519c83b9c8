import { idNumber, type JobId, type NewJob } from '../../domain/job.js'
import type { KeptSchedule } from '../../domain/schedule/revise.js'
import type { SlotRecord } from '../../domain/schedule/schedule.js'
import { goneWorkerError } from '../losses.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { requestOf } from './job-request.js'
import { newJobs } from './lua/new-jobs.js'
import { keyHolders, scheduleWrites, unendedJobs } from './lua/slots.js'
import { recordRest } from './slot-records.js'

/**
 * Writes what was decided of schedules, unless anything that the decision depends on has changed since. `numbers`: the jobs that it
 * has enqueued; ids such as `j{0}` stand for them in what was decided before they had a number.
 */
const commitScript = writing(
  'commit-schedules',
  `
for name, tx in pairs(request.txs) do
  if tx_of(name) ~= tx then return 'changed' end
end
if request.version and schedules_version() ~= request.before then return 'changed' end
if request.unended and unended_numbers(request.name) ~= request.unended then return 'changed' end
local job = request.job
if job and request.holder and holder_of(job, now) ~= request.holder then return 'changed' end
if job and job.lostWithWorker and job.reservedFor and not has_worker(job.reservedFor) then
  return { 'gone', job.reservedFor }
end
for name in pairs(request.txs) do touch(name) end
for _, n in ipairs(request.ended or {}) do rcall('ZREM', O .. 'unended:' .. request.name, n) end
local numbers = {}
local function number_named(id)
  local index = string.match(id, '^j{(%d+)}$')
  if index then return numbers[index + 1] end
  return tonumber(string.sub(id, 2))
end
-- Whatever else looks like an id stays as it is: some reasons are texts of users.
local function name_of(id)
  local n = number_named(id)
  return n and 'j' .. n
end
-- A job that is there already, by its key, is that of this slot from now on.
local function move_job(n, name, slot)
  local state, queue, id = state_of_job(n)
  local b = P .. queue .. ':'
  local before = rcall('HGET', b .. id, 'sched')
  if before then rcall('ZREM', O .. 'unended:' .. before, n) end
  rcall('HSET', b .. id, 'sched', name, 'slot', slot)
  if job.countedAs then rcall('HSET', b .. id, 'sn', job.countedAs) end
  if not is_ended(state) then rcall('ZADD', O .. 'unended:' .. name, slot, n) end
end
local function fire(name, slot, cancels)
  for _, cancelled in ipairs(cancels or {}) do
    local n = number_named(cancelled)
    local state, queue, id = state_of_job(n)
    if state then cancel_job(n, queue, id, state, now) end
  end
  job.slot = slot
  local n, answer = enqueue_job(job)
  if answer ~= 'created' and answer ~= 'replaced' then move_job(n, name, slot) end
  numbers[#numbers + 1] = n
  return n
end
local acts = {}
function acts.keep(op)
  rcall('HSET', O .. 'schedules', op.name, op.text)
  if op.once then rcall('ZADD', O .. 'schedules:once', op.once, op.name) else rcall('ZREM', O .. 'schedules:once', op.name) end
end
function acts.drop(op)
  drop_schedule(op.name)
end
function acts.success(op)
  rcall('HSET', O .. 'success', op.name, op.at)
end
function acts.slot(op)
  local name, slot = op.name, op.slot
  local n = op.fires and fire(name, slot, op.cancels) or op.n
  local rest = op.rest
  if op.hasIds then rest = string.gsub(rest, 'j{%d+}', name_of) end
  rcall('HSET', O .. 'slots:' .. name, slot, '[' .. n .. rest)
  rcall('ZADD', O .. 'slottimes:' .. name, slot, slot)
  rcall('ZADD', O .. 'slotthrough', op.through, name .. ' ' .. slot)
  if op.waits then
    rcall('ZADD', O .. 'slotwaits:' .. name, slot, slot)
    rcall('SADD', O .. 'schedules:waiting', name)
  elseif rcall('ZREM', O .. 'slotwaits:' .. name, slot) == 1 and rcall('EXISTS', O .. 'slotwaits:' .. name) == 0 then
    rcall('SREM', O .. 'schedules:waiting', name)
  end
  if op.count then rcall('HINCRBY', O .. 'slottotals', op.outcome .. ' ' .. name, op.count) end
end
for _, op in ipairs(request.ops) do acts[op.act](op) end
if request.version then rcall('SET', O .. 'schedules:version', request.version) end
if request.seen then rcall('SET', O .. 'schedules:seen', request.seen) end
count_enqueued()
tell('work')
return table.concat(numbers, ' ')`,
  null,
  newJobs,
  unendedJobs,
  keyHolders,
  scheduleWrites,
)

/** What was read for a decision, beside what it is about: nothing of it may have changed when that is written. */
export interface Basis {
  readonly now: number
  /** The last write of each schedule and its slots. */
  readonly txs: Readonly<Record<string, string>>
  /** The version of all schedules, for a change of them. */
  readonly version?: string
  readonly name?: string
  /** The jobs of the schedule that were listed as not ended, those of them that had ended all the same, and who held the key. */
  readonly unended?: string
  readonly ended?: readonly number[]
  readonly holder?: string
}

/** What a decision about schedules and their slots changes. */
export class ScheduleDraft {
  readonly #ops: object[] = []
  readonly #basis: Basis
  readonly #job: NewJob | null
  #fires = 0
  #rest: { version?: number; seen?: number } = {}

  /** `job`: that of the slots that fire. */
  constructor(basis: Basis, job: NewJob | null = null) {
    this.#basis = basis
    this.#job = job
  }

  keep(kept: KeptSchedule, revision: number, isNewVersion = true): void {
    const { name, plan } = kept
    const once = plan?.rule.kind === 'once' ? { once: plan.rule.at } : {}
    this.#ops.push({ act: 'keep', name, text: JSON.stringify({ ...kept, revision }), ...once })
    if (isNewVersion) this.#rest.version = revision
  }

  drop(name: string, version: number): void {
    this.#ops.push({ act: 'drop', name })
    this.#rest.version = version
  }

  keepSuccess(name: string, at: number): void {
    this.#ops.push({ act: 'success', name, at })
  }

  noteScheduler(): void {
    this.#rest.seen = this.#basis.now
  }

  /** Writes what became of `count` slots; 0: they are not counted. */
  record(name: string, record: SlotRecord, count: number): void {
    this.#slot(name, record, count, { n: record.job === null ? 0 : idNumber(record.job, 'j') })
  }

  /** The same of a slot that fires, after these jobs were cancelled. */
  fire(name: string, record: SlotRecord, count: number, cancels: readonly JobId[] = []): void {
    this.#fires++
    this.#slot(name, record, count, { fires: true, ...(cancels.length === 0 ? {} : { cancels }) })
  }

  /** Stands for the job of the next slot that fires. */
  get nextJob(): JobId {
    return `j{${this.#fires}}`
  }

  #slot(name: string, record: SlotRecord, count: number, job: object): void {
    const { slot, through, outcome, reason } = record
    const waits = outcome === 'waiting'
    this.#ops.push({
      act: 'slot',
      name,
      // As text: Lua writes numbers with 14 digits.
      slot: `${slot}`,
      through: `${through}`,
      rest: recordRest(record),
      ...job,
      ...(reason?.includes('j{') ? { hasIds: true } : {}),
      ...(waits ? { waits } : {}),
      ...(waits || count === 0 ? {} : { outcome, count }),
    })
  }

  /** Answers how what was decided reads with the ids of its jobs; null: something has changed, so that it is to be decided again. */
  async commit(context: Context): Promise<(<T>(decided: T) => T) | null> {
    if (this.#ops.length === 0) return (decided) => decided
    const named = this.#ops as readonly { readonly name: string }[]
    const [first] = named
    const job =
      this.#job === null || this.#fires === 0 ? {} : { job: requestOf(this.#job, { name: first?.name ?? '', slot: 0 }) }
    const { txs, version: before, ...basis } = this.#basis
    const touched = Object.fromEntries(named.map(({ name }) => [name, txs[name]]))
    const request = { ...basis, ...this.#rest, ...job, txs: touched, before, ops: this.#ops }
    const answer = await context.calls.write(commitScript, request)
    if (Array.isArray(answer)) throw goneWorkerError(String(answer[1]))
    return answer === 'changed' ? null : (decided) => withNumbers(decided, String(answer).split(' '))
  }
}

/** Records as they were decided, with the numbers of new jobs in place of what stands for them. */
function withNumbers<T>(decided: T, numbers: readonly string[]): T {
  const named = (id: string, index: string) => (numbers[Number(index)] ? `j${numbers[Number(index)]}` : id)
  const text = JSON.stringify(decided).replace(/j\{(\d+)\}/g, named)
  return JSON.parse(text) as T
}

/** What is to be answered, and what is to be written before; `expired`: jobs that have to be failed before it is decided. */
interface Decided<T> {
  readonly answer: T
  readonly draft?: ScheduleDraft
  readonly expired?: ReadonlySet<number>
}

/** Decides, and decides again for as long as somebody else writes in between. Answers with the ids of new jobs. */
export async function decide<T>(context: Context, attempt: () => Promise<Decided<T>>): Promise<T> {
  for (let hasBuried = false; ; ) {
    const { answer, draft, expired = new Set() } = await attempt()
    if (draft === undefined) return answer
    if (expired.size > 0 && !hasBuried) {
      await context.bury([...expired])
      hasBuried = true
    } else {
      const named = await draft.commit(context)
      if (named !== null) return named(answer)
    }
  }
}
