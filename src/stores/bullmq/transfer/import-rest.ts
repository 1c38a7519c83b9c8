import { idNumber } from '../../../domain/job.js'
import type {
  FailureRecord,
  QueueRecord,
  SamplesRecord,
  ScheduleRecord,
  SlotRecordOf,
  StatisticsRecord,
  TokenRecord,
} from '../../transfer.js'
import { writing } from '../calls.js'
import type { Context } from '../context.js'
import { request } from '../lua/places.js'
import { slotEndText } from '../outcome-request.js'
import { recordRest } from '../slot-records.js'

/**
 * Writes what is counted and known beside the jobs, under keys that are named in full but for their beginning. Whatever is
 * written twice is the same afterwards. `lists`: rows that follow so many others.
 */
const putScript = writing(
  'import-rest',
  `
local function in_parts(command, key, list)
  for from = 1, #list, 1000 do rcall(command, key, unpack(list, from, math.min(from + 999, #list))) end
end
for _, put in ipairs(request.puts) do
  local key = (put.queue and P .. put.queue .. ':' or O) .. put.key
  if put.command == 'RPUSH' then
    if rcall('LLEN', key) == put.after then in_parts('RPUSH', key, put.list) end
  elseif put.command == 'group' then
    if rcall('HSETNX', O .. 'groups', put.list[1], put.list[2]) == 1 then rcall('HINCRBY', O .. 'groups:of', put.task, 1) end
  else
    in_parts(put.command, key, put.list)
  end
end
return ''`,
  null,
  request,
)

interface Put {
  readonly command: 'HSET' | 'HSETNX' | 'ZADD' | 'SADD' | 'RPUSH' | 'group'
  readonly key: string
  readonly list: readonly string[]
  readonly queue?: string
  readonly task?: string
  readonly after?: number
}

type RestRecord =
  | QueueRecord
  | TokenRecord
  | ScheduleRecord
  | SlotRecordOf
  | StatisticsRecord
  | FailureRecord
  | SamplesRecord

export async function importRest(context: Context, records: readonly RestRecord[]): Promise<void> {
  await context.calls.write(putScript, { puts: records.flatMap(putsOf) })
}

function putsOf(record: RestRecord): readonly Put[] {
  switch (record.kind) {
    case 'queue':
      return queuePuts(record)
    case 'token':
      return [
        put('HSET', 'token', record.token, idNumber(record.job, 'j') ?? 0),
        put('ZADD', 'tokens', record.keptUntil, record.token),
      ]
    case 'schedule':
      return schedulePuts(record)
    case 'slot':
      return slotPuts(record)
    case 'statistics':
      return statisticsPuts(record)
    case 'failure':
      return failurePuts(record)
    case 'samples':
      return samplesPuts(record)
  }
}

function put(command: Put['command'], key: string, ...list: readonly (string | number)[]): Put {
  return { command, key, list: list.map(String) }
}

function queuePuts({ name, pausedAt, enqueued }: QueueRecord): readonly Put[] {
  const meta = { queue: name, key: 'meta' } as const
  return [
    put('SADD', 'queues', name),
    ...(enqueued === 0 ? [] : [put('HSET', 'enqueued', name, enqueued)]),
    { ...meta, command: 'HSETNX', list: ['opts.maxLenEvents', '10000'] },
    ...(pausedAt === null
      ? []
      : [{ ...meta, command: 'HSET', list: ['paused', '1'] } as const, put('HSET', 'paused', name, pausedAt)]),
  ]
}

function schedulePuts({ schedule, revision, lastSuccessAt, slotTotals }: ScheduleRecord): readonly Put[] {
  const { name, plan } = schedule
  return [
    put('HSET', 'schedules', name, JSON.stringify({ ...schedule, revision })),
    ...(plan?.rule.kind === 'once' ? [put('ZADD', 'schedules:once', plan.rule.at, name)] : []),
    ...(lastSuccessAt === null ? [] : [put('HSET', 'success', name, lastSuccessAt)]),
    ...Object.entries(slotTotals).map(([outcome, count]) => put('HSET', 'slottotals', `${outcome} ${name}`, count)),
  ]
}

function slotPuts({ schedule, slot: record }: SlotRecordOf): readonly Put[] {
  const { slot, through, outcome, job, jobEnd } = record
  const n = job === null ? 0 : (idNumber(job, 'j') ?? 0)
  return [
    put('HSET', `slots:${schedule}`, slot, `[${n}${recordRest(record)}`),
    put('ZADD', `slottimes:${schedule}`, slot, slot),
    put('ZADD', 'slotthrough', through, `${schedule} ${slot}`),
    ...(outcome === 'waiting'
      ? [put('ZADD', `slotwaits:${schedule}`, slot, slot), put('SADD', 'schedules:waiting', schedule)]
      : []),
    ...(jobEnd === null ? [] : [put('HSET', `slotend:${schedule}`, slot, `${n} ${slotEndText(jobEnd)}`)]),
  ]
}

function statisticsPuts({ minute, counts }: StatisticsRecord): readonly Put[] {
  const { task, queue, completed, failedBy, retried, durationMs, durations } = counts
  const { error, timeout, lost, expired } = failedBy
  const named: readonly (readonly [string, number])[] = [
    ['c', completed],
    ['e', error],
    ['t', timeout],
    ['l', lost],
    ['x', expired],
    ['r', retried],
    ['d', durationMs],
    ...durations.map(({ bucket, count }) => [`b${bucket}`, count] as const),
  ]
  const counted = named.filter(([, count]) => count > 0).flatMap(([what, count]) => [`${queue} ${task} ${what}`, count])
  if (minute === null) return [put('HSET', 'sums', ...counted)]
  return [put('HSET', `sums:${minute}`, ...counted), put('ZADD', 'minutes', minute, minute)]
}

function failurePuts({ group, task, error, firstAt, lastAt, sample, minutes }: FailureRecord): readonly Put[] {
  const n = idNumber(sample, 'j') ?? 0
  const fields = ['task', task, 'error', error, 'first', firstAt, 'last', lastAt, 'sample', n]
  return [
    { ...put('group', 'groups', `${task} ${error}`, group), task },
    put('HSET', `group:${group}`, ...fields, ...minutes.flatMap(([minute, count]) => [`m${minute}`, count])),
    put('ZADD', 'groups:last', lastAt, group),
  ]
}

function samplesPuts({ hour, index, samples }: SamplesRecord): readonly Put[] {
  const textOf = ({ at, queued, enqueued }: (typeof samples)[number]) => `${at} ${queued} ${enqueued}`
  return [
    {
      ...put('RPUSH', `samples:${hour}`, ...samples.map((sample) => `${textOf(sample)} ${sample.queue}`)),
      after: index,
    },
    put('ZADD', 'samples', hour, hour),
    // In their order: the last one stays.
    put('HSET', 'sampled', ...samples.flatMap((sample) => [sample.queue, textOf(sample)])),
  ]
}
