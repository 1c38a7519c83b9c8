import type { CountersRecord, FailureRecord, JobRecord, OutputRecord, TransferRecord } from '../../transfer.js'
import { writing } from '../calls.js'
import type { Context } from '../context.js'
import { request } from '../lua/places.js'
import { importJobs, importOutput } from './import-jobs.js'
import { importRest } from './import-rest.js'

// A call holds up everybody else who uses the Redis.
const recordsAtOnce = 200
const charactersAtOnce = 500_000

/** The counters go into the mark: the store gets them when it is in use. */
const countersScript = writing(
  'import-counters',
  `
local mark = O .. 'moved'
rcall('HSET', mark, 'highest', request.job)
if request.complete then
  rcall('HSET', mark, 'id', request.job, 'workers:id', request.worker)
  if request.version ~= '0' then rcall('SET', O .. 'schedules:version', request.version) end
  if request.seen then rcall('SET', O .. 'schedules:seen', request.seen) end
  if request.group ~= '0' then rcall('SET', O .. 'groups:id', request.group) end
  for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
    local b = P .. queue .. ':'
    if rcall('HEXISTS', b .. 'meta', 'paused') == 0 then
      local due = rcall('ZRANGE', b .. 'delayed', 0, 0, 'WITHSCORES')[2]
      if rcall('EXISTS', b .. 'prioritized') == 1 then
        rcall('ZADD', b .. 'marker', 0, '0')
      elseif due then
        rcall('ZADD', b .. 'marker', string.format('%.0f', math.floor(due / 4096)), '1')
      end
    end
  end
end
return ''`,
  null,
  request,
)

/** Writes records to Redis, of one kind a call. */
export class Filler {
  readonly #context: Context
  #counters: CountersRecord | null = null
  #lastGroup = 0

  constructor(context: Context) {
    this.#context = context
  }

  async write(records: readonly TransferRecord[]): Promise<void> {
    for (const some of callsOf(records)) await this.#call(some)
  }

  async #call(records: readonly TransferRecord[]): Promise<void> {
    const [first] = records
    switch (first?.kind) {
      case undefined:
        return
      case 'counters':
        this.#counters = first
        await this.#context.calls.write(countersScript, { job: `${first.job}` })
        return
      case 'job':
        await importJobs(this.#context, records as readonly JobRecord[])
        return
      case 'output':
        await importOutput(this.#context, records as readonly OutputRecord[])
        return
      case 'failure':
        for (const { group } of records as readonly FailureRecord[]) this.#lastGroup = Math.max(this.#lastGroup, group)
    }
    await importRest(
      this.#context,
      records as readonly Exclude<TransferRecord, CountersRecord | JobRecord | OutputRecord>[],
    )
  }

  async complete(): Promise<void> {
    if (this.#counters === null) throw new Error('the counters were not read')
    const { job, worker, schedulesVersion, schedulerSeenAt } = this.#counters
    await this.#context.calls.write(countersScript, {
      complete: true,
      job: `${job}`,
      worker: `${worker}`,
      version: `${schedulesVersion}`,
      group: `${this.#lastGroup}`,
      ...(schedulerSeenAt === null ? {} : { seen: `${schedulerSeenAt}` }),
    })
  }
}

function callsOf(records: readonly TransferRecord[]): readonly (readonly TransferRecord[])[] {
  const calls: TransferRecord[][] = []
  let characters = 0
  for (const record of records) {
    const last = calls.at(-1)
    if (
      last === undefined ||
      last[0]?.kind !== record.kind ||
      last.length === recordsAtOnce ||
      characters > charactersAtOnce
    ) {
      calls.push([record])
      characters = 0
    } else {
      last.push(record)
    }
    characters += sizeOf(record)
  }
  return calls
}

function sizeOf(record: TransferRecord): number {
  if (record.kind === 'output') return record.lines.reduce((sum, { text }) => sum + text.length + 50, 0)
  if (record.kind === 'samples') return record.samples.length * 50
  if (record.kind !== 'job') return 200
  const { argsJson, resultJson, error } = record.job
  return 500 + argsJson.length + (resultJson?.length ?? 0) + (error?.stack?.length ?? 0) * (1 + record.attempts.length)
}
