import type { EpochMs } from '../../domain/job.js'
import { countOf } from '../../domain/percentiles.js'
import { type MinuteStatistics, minuteOf, type TaskStatistics } from '../../domain/statistics.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'

const sumsScript = reading('sums', `return rcall('HGETALL', O .. 'sums')`, request)

/** What was counted in the minutes from one on: some thousand counts a call, and the minute to go on with. */
const minutesScript = reading(
  'minutes',
  `
local found, counts = {}, 0
for _, minute in ipairs(rcall('ZRANGEBYSCORE', O .. 'minutes', request.from, '+inf', 'LIMIT', 0, 500)) do
  if counts > 4000 then return { minute, found } end
  local sums = rcall('HGETALL', O .. 'sums:' .. minute)
  found[#found + 1] = { minute, sums }
  counts = counts + #sums
end
return { #found == 500 and found[500][1] + 1 or '', found }`,
  request,
)

type Flat = readonly string[]
type MinutesReply = readonly [next: string | number, minutes: readonly (readonly [minute: string, sums: Flat])[]]

/** What was counted of one task on one queue, by the names that the scripts give it. */
class Sums {
  readonly task: string
  readonly queue: string
  readonly #counts = new Map<string, number>()

  constructor(task: string, queue: string) {
    this.task = task
    this.queue = queue
  }

  add(what: string, count: number): void {
    this.#counts.set(what, this.of(what) + count)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  statistics(): TaskStatistics {
    const { task, queue } = this
    const failedBy = { error: this.of('e'), timeout: this.of('t'), lost: this.of('l'), expired: this.of('x') }
    const durations = [...this.#counts]
      .filter(([what]) => what.startsWith('b'))
      .map(([what, count]) => ({ bucket: Number(what.slice(1)), count }))
    return {
      task,
      queue,
      completed: this.of('c'),
      failed: failedBy.error + failedBy.timeout + failedBy.lost + failedBy.expired,
      failedBy,
      retried: this.of('r'),
      durationMs: this.of('d'),
      durations: durations.sort((a, b) => a.bucket - b.bucket),
    }
  }
}

/** Adds fields `QUEUE TASK WHAT` to the sums of their task and queue. */
function addTo(sums: Map<string, Sums>, flat: Flat, isPerQueue: boolean): void {
  for (let index = 0; index < flat.length; index += 2) {
    const [, inQueue = '', task = '', what = ''] = /^(\S*) (.*) (\S+)$/s.exec(flat[index] ?? '') ?? []
    const queue = isPerQueue ? inQueue : ''
    const name = JSON.stringify([queue, task])
    const of = sums.get(name) ?? new Sums(task, queue)
    sums.set(name, of)
    of.add(what, Number(flat[index + 1]))
  }
}

function sorted(sums: ReadonlyMap<string, Sums>): readonly TaskStatistics[] {
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => of.statistics())
}

/** The sums by queue and task, since a time or of all time. */
export async function statistics(context: Context, since: EpochMs | null): Promise<readonly TaskStatistics[]> {
  const sums = new Map<string, Sums>()
  if (since === null) {
    addTo(sums, (await context.calls.read(sumsScript, {})) as Flat, true)
  } else {
    for await (const [, flat] of minutesFrom(context, minuteOf(since))) addTo(sums, flat, true)
  }
  return sorted(sums)
}

export async function statisticsByMinute(context: Context, since: EpochMs): Promise<readonly MinuteStatistics[]> {
  const found: MinuteStatistics[] = []
  for await (const [minute, flat] of minutesFrom(context, minuteOf(since))) {
    const sums = new Map<string, Sums>()
    addTo(sums, flat, false)
    for (const { task, completed, failed, retried, durationMs, durations } of sorted(sums)) {
      found.push({ minute, task, completed, failed, retried, durationMs, ran: countOf(durations) })
    }
  }
  return found
}

/** What was counted in each minute by queue and task, the oldest minute first. */
export async function* statisticsOfMinutes(
  context: Context,
): AsyncGenerator<readonly [minute: number, counted: readonly TaskStatistics[]]> {
  for await (const [minute, flat] of minutesFrom(context, 0)) {
    const sums = new Map<string, Sums>()
    addTo(sums, flat, true)
    yield [minute, sorted(sums)]
  }
}

async function* minutesFrom(context: Context, first: number): AsyncIterable<readonly [minute: number, sums: Flat]> {
  for (let from = first; ; ) {
    const [next, minutes] = (await context.calls.read(minutesScript, { from })) as MinutesReply
    for (const [minute, flat] of minutes) yield [Number(minute), flat]
    if (next === '') return
    from = Number(next)
  }
}
