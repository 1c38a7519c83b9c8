import { UsageError } from '../../../domain/errors.js'
import { idNumber } from '../../../domain/job.js'
import type { JobRecord, OutputRecord } from '../../transfer.js'
import { writing } from '../calls.js'
import type { Context } from '../context.js'
import { guarding } from '../lua/guarding.js'
import { logs } from '../lua/logs.js'
import { places, request } from '../lua/places.js'
import { importRequest } from './job-record.js'

/** Writes jobs as BullMQ's scripts have them, each with its place. One that is there already is left alone. */
const jobsScript = writing(
  'import-jobs',
  `
for _, job in ipairs(request.jobs) do
  -- BullMQ lets other producers choose ids.
  if rcall('HEXISTS', bucket(job.n), job.n) == 0 and rcall('EXISTS', P .. job.queue .. ':j' .. job.n) == 1 then
    return { 'taken', job.queue, 'j' .. job.n }
  end
end
for _, job in ipairs(request.jobs) do
  local n, queue, id = job.n, job.queue, 'j' .. job.n
  local b = P .. queue .. ':'
  if rcall('HSETNX', bucket(n), n, queue) == 1 then
    for from = 1, #job.fields, 1000 do
      rcall('HSET', b .. id, unpack(job.fields, from, math.min(from + 999, #job.fields)))
    end
    rcall('ZADD', b .. job.place, job.score, id)
    if job.cancelled then rcall('ZADD', O .. 'cancelled:' .. queue, job.cancelled, id) end
    if job.ready then rcall('ZADD', O .. 'ready:' .. queue, job.ready, id) end
    if job.expires then rcall('ZADD', O .. 'exp', job.expires, queue .. ':' .. id) end
    guard_job(n, queue, job.task, job.data)
    if job.holds then rcall('HSET', O .. 'keys', job.key, job.holds) end
    if job.schedule then rcall('ZADD', O .. 'unended:' .. job.schedule, job.slot, n) end
    if job.failure then rcall('HINCRBY', O .. 'group:' .. job.failure, 'jobs', 1) end
  end
end
return ''`,
  null,
  places,
  guarding,
  request,
)

const linesScript = writing(
  'import-lines',
  `
for _, some in ipairs(request.output) do
  local queue, id = where(some.n)
  local job = P .. queue .. ':' .. id
  local of, line = line_of(rcall('LINDEX', job .. ':logs', -1) or '')
  -- What is there already was written by a move that was interrupted.
  local first = 1
  if of and of > some.attempt then first = #some.rows + 1 end
  if of == some.attempt then
    while some.rows[first] and select(2, line_of(some.rows[first])) <= line do first = first + 1 end
  end
  append_lines(job, some.attempt, { unpack(some.rows, first) })
end
return ''`,
  null,
  places,
  logs,
  request,
)

export async function importJobs(context: Context, jobs: readonly JobRecord[]): Promise<void> {
  const answer = await context.calls.write(jobsScript, { jobs: jobs.map(importRequest) })
  if (answer === '') return
  const [, queue, id] = answer as readonly string[]
  throw new UsageError(
    'E_MOVE',
    `the queue ${queue} has a job ${id} of another program`,
    'give the move up with --undo, and begin again with another ?prefix=',
  )
}

export async function importOutput(context: Context, output: readonly OutputRecord[]): Promise<void> {
  await context.calls.write(linesScript, {
    output: output.map(({ job, attempt, lines }) => ({
      n: idNumber(job, 'j') ?? 0,
      attempt,
      rows: lines.map(({ line, at, stream, text }) => JSON.stringify([attempt, line, at, stream, text])),
    })),
  })
}
