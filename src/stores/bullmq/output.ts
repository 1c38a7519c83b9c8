import { idNumber, type JobId, type OutputLine, type Progress, type WorkerId } from '../../domain/job.js'
import { type Addition, leaseMs } from '../store.js'
import { bull } from './bullmq-functions.js'
import { reading, writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { parsed } from './foreign-fields.js'
import { logs } from './lua/logs.js'
import { leases, places } from './lua/places.js'

const appendScript = writing(
  'append',
  `
rcall('DEL', O .. 'ignored')
local answers, holds = {}, {}
for index, a in ipairs(request.additions) do
  local worker = a.worker
  if holds[worker] == nil then holds[worker] = holds_lease(worker) end
  local queue, id
  if holds[worker] then queue, id = where(a.n) end
  local appended = false
  if queue and rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then
    local b = P .. queue .. ':'
    local of = rcall('HMGET', b .. id, 'ats', 'pb')
    if tonumber(of[1]) == a.attempt and of[2] == worker then
      append_lines(b .. id, a.attempt, a.lines or {}, a.forget)
      if a.progress then bull_updateProgress({ b .. id, b .. 'events', b .. 'meta' }, { id, a.progress }) end
      if a.usage then rcall('HSET', b .. id, 'u' .. a.attempt, a.usage) end
      appended = true
    end
  end
  answers[index] = appended and 'a' or 'l'
end
return table.concat(answers)`,
  null,
  leases,
  places,
  logs,
  bull.updateProgress,
)

export async function append(
  context: Context,
  additions: readonly Addition[],
): Promise<readonly ('appended' | 'lost')[]> {
  if (additions.length === 0) return []
  const answer = await context.calls.write(appendScript, {
    leaseMs,
    ...leaseNowOf(context),
    additions: additions.map(additionRequest),
  })
  return [...String(answer)].map((letter) => (letter === 'a' ? 'appended' : 'lost'))
}

function additionRequest({ lease, progress, output, forget, usage }: Addition): object {
  return {
    n: idNumber(lease.job, 'j') ?? 0,
    attempt: lease.attempt,
    worker: lease.worker,
    ...(output.length === 0 ? {} : { lines: output.map((line) => rowOf(lease.attempt, line)) }),
    ...(progress === null ? {} : { progress: JSON.stringify(progress) }),
    ...(forget === null ? {} : { forget: [forget.first, forget.last] }),
    ...(usage === null ? {} : { usage: JSON.stringify(usage) }),
  }
}

/** A line as a row of BullMQ's log of the job: attempt, number, time, stream, text. */
function rowOf(attempt: number, { line, at, stream, text }: OutputLine): string {
  return JSON.stringify([attempt, line, at, stream, text])
}

const outputScript = reading(
  'output',
  `
local queue, id = where(request.n)
if not queue then return {} end
return read_lines(P .. queue .. ':' .. id, request.attempt, request.after, request.limit)`,
  places,
  logs,
)

export async function output(
  context: Context,
  id: JobId,
  attempt: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly OutputLine[]> {
  const n = idNumber(id, 'j')
  if (n === null) return []
  const rows = (await context.calls.read(outputScript, { n, attempt, after, limit })) as readonly string[]
  return rows.map((row) => {
    const [, line, at, stream, text] = JSON.parse(row) as [number, number, number, OutputLine['stream'], string]
    return { line, at, stream, text }
  })
}

const progressScript = reading(
  'progress',
  `
local found = {}
for _, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local progress = queue and rcall('HGET', P .. queue .. ':' .. id, 'progress')
  if progress then found[#found + 1] = { n, progress } end
end
return found`,
  places,
)

export async function progressOf(context: Context, ids: readonly JobId[]): Promise<ReadonlyMap<JobId, Progress>> {
  const numbers = ids.flatMap((id) => idNumber(id, 'j') ?? [])
  if (numbers.length === 0) return new Map()
  const reply = (await context.calls.read(progressScript, { numbers })) as readonly (readonly [number, string])[]
  return new Map(
    reply.flatMap(([number, text]) => {
      const progress = progressFrom(parsed(text))
      return progress === null ? [] : [[`j${number}`, progress] as const]
    }),
  )
}

/** Plain BullMQ has a number, by custom from 0 to 100, or whatever its caller gave. */
export function progressFrom(value: unknown): Progress | null {
  if (typeof value === 'number')
    return value === 0 ? null : { fraction: Math.min(1, Math.max(0, value / 100)), message: null }
  if (typeof value !== 'object' || value === null || !('fraction' in value)) return null
  const { fraction, message = null } = value as Partial<Progress>
  return typeof fraction === 'number' ? { fraction, message } : null
}

const cancelRequestsScript = reading(
  'cancel-requests',
  `
local found = {}
for _, n in ipairs(rcall('SMEMBERS', O .. 'cancel:' .. request.worker)) do
  local queue, id = where(tonumber(n))
  if queue and rcall('ZSCORE', O .. 'run:' .. request.worker, queue .. ':' .. id) then found[#found + 1] = tonumber(n) end
end
table.sort(found)
return found`,
  places,
)

export async function cancelRequests(context: Context, worker: WorkerId): Promise<readonly JobId[]> {
  const numbers = (await context.calls.read(cancelRequestsScript, { worker })) as readonly number[]
  return numbers.map((number) => `j${number}`)
}
