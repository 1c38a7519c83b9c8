import type { OutputLine } from '../../../domain/job.js'
import { OutputCollector, type OutputRecord, type TransferRecord } from '../../transfer.js'
import { reading } from '../calls.js'
import type { Context } from '../context.js'
import { type StoredReply, storedJob } from '../job-fields.js'
import { guarding } from '../lua/guarding.js'
import { jobsPerBucket, places, request, states } from '../lua/places.js'
import { recordOf } from './job-record.js'

// Of each job these come with it: most have no more.
const firstLines = 200

/** The next bucket that has jobs, with their numbers; nothing after the last one. */
const bucketScript = reading(
  'transfer-bucket',
  `
local last = math.floor(request.last / ${jobsPerBucket})
for at = request.bucket, math.min(last, request.bucket + 5000) do
  local found = rcall('HKEYS', O .. 'where:' .. at)
  if #found > 0 then return { at, found } end
end
return { math.min(last, request.bucket + 5000), {} }`,
  request,
)

/** Jobs by number, as far as they have come to a megabyte: how many were looked at, and those that are there. */
const jobsScript = reading(
  'transfer-jobs',
  `
local jobs, size = {}, 0
for index, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local state = queue and state_of(queue, id)
  local name, data, refused = unpack(state and rcall('HMGET', P .. queue .. ':' .. id, 'name', 'data', 'refused') or {})
  -- A command that somebody else has put there must not seem to be ours where it comes to.
  if state and not refused and (not guarded[name] or is_genuine(n, queue, name, data)) then
    local fields = rcall('HGETALL', P .. queue .. ':' .. id)
    local holds = ''
    for at = 1, #fields, 2 do
      size = size + #fields[at + 1]
      if fields[at] == 'key' then
        local number, for_ms = string.match(rcall('HGET', O .. 'keys', fields[at + 1]) or '', '^(%d+) (%d+)$')
        if tonumber(number) == n then holds = for_ms end
      end
    end
    local lines = rcall('LRANGE', P .. queue .. ':' .. id .. ':logs', 0, ${firstLines - 1})
    for _, line in ipairs(lines) do size = size + #line end
    jobs[#jobs + 1] = { { n, queue, id, state, fields }, holds, lines }
  end
  if size > 1000000 then return { index, jobs } end
end
return { #request.numbers, jobs }`,
  guarding,
  places,
  states,
)

const linesScript = reading(
  'transfer-lines',
  `
local queue, id = where(request.n)
return rcall('LRANGE', P .. queue .. ':' .. id .. ':logs', request.from, request.from + 999)`,
  places,
)

type JobReply = readonly [job: StoredReply, holds: string, firstLines: readonly string[]]

/** All jobs by number, those of a page before their output. */
export async function* jobRecords(context: Context, last: number): AsyncGenerator<readonly TransferRecord[]> {
  for (let bucket = 0; bucket <= Math.floor(last / jobsPerBucket); bucket++) {
    const [at, found] = (await context.calls.read(bucketScript, { last, bucket })) as readonly [
      number,
      readonly string[],
    ]
    bucket = at
    const numbers = found.map(Number).sort((a, b) => a - b)
    for (let from = 0; from < numbers.length; ) {
      const asked = { numbers: numbers.slice(from, from + 200) }
      const [looked, jobs] = (await context.calls.read(jobsScript, asked)) as readonly [number, readonly JobReply[]]
      from += looked
      yield jobs.map(([job, holds]) => recordOf(storedJob(job), holds === '' ? null : Number(holds)))
      yield* outputOf(context, jobs)
    }
  }
}

type Row = readonly [attempt: number, line: number, at: number, stream: OutputLine['stream'], text: string]

/** The output of a page of jobs: the first lines came with them. */
async function* outputOf(context: Context, jobs: readonly JobReply[]): AsyncGenerator<readonly TransferRecord[]> {
  const collector = new OutputCollector()
  let records: OutputRecord[] = []
  for (const [[n], , first] of jobs) {
    for (let [rows, from] = [first, first.length]; rows.length > 0; from += rows.length) {
      for (const said of rows.map(rowOf)) {
        if (said === null) continue
        const [attempt, line, at, stream, text] = said
        records.push(...collector.add(`j${n}`, attempt, { line, at, stream, text }))
      }
      if (from < firstLines) break
      yield records
      records = []
      rows = (await context.calls.read(linesScript, { n, from })) as readonly string[]
    }
  }
  yield [...records, ...collector.rest()]
}

/** Lines that were forgotten have no text; lines that are none of ours are left out. */
function rowOf(row: string): Row | null {
  if (!/^\[\d+,\d+,\d+,"std/.test(row)) return null
  try {
    return JSON.parse(row) as Row
  } catch {
    return null
  }
}
