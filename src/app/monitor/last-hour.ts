import type { EpochMs } from '../../domain/job.js'
import { mergedDurations, percentileMs } from '../../domain/percentiles.js'
import { type MinuteStatistics, minuteOf, type TaskStatistics } from '../../domain/statistics.js'
import { isInSums } from '../../domain/statistics-name.js'
import type { JobReader } from '../../stores/store.js'
import { Aged } from './aged.js'
import type { LastHour } from './monitor-data.js'

const minutes = 60
const sumsAgeMs = 10_000

/** The ends of the last hour. Reads an hour once, and then only the last two minutes. */
export class LastHourReader {
  readonly #store: JobReader
  readonly #kept = new Map<number, { done: number; failed: number; retried: number }>()
  readonly #sums: Aged<readonly TaskStatistics[]>
  #readUntil: number | null = null

  constructor(store: JobReader) {
    this.#store = store
    this.#sums = new Aged(sumsAgeMs, (now) => store.statistics(now - (minutes - 1) * 60_000))
  }

  /** By queue and task, up to ten seconds old. */
  sums(now: EpochMs): Promise<readonly TaskStatistics[]> {
    return this.#sums.get(now)
  }

  async read(now: EpochMs): Promise<LastHour> {
    const last = minuteOf(now)
    const first = last - minutes + 1
    const isKnown = this.#readUntil !== null && this.#readUntil >= first && this.#readUntil <= last
    const from = isKnown ? Math.max(first, (this.#readUntil ?? first) - 1) : first
    this.#keep(await this.#store.statisticsByMinute(from * 60_000), from)
    this.#readUntil = last
    for (const minute of this.#kept.keys()) if (minute < first || minute > last) this.#kept.delete(minute)
    const all = Array.from({ length: minutes }, (_, index) => this.#kept.get(first + index))
    const durations = mergedDurations((await this.sums(now)).filter(isInSums).map((sum) => sum.durations))
    return {
      done: all.map((minute) => minute?.done ?? 0),
      failed: all.map((minute) => minute?.failed ?? 0),
      retried: all.reduce((sum, minute) => sum + (minute?.retried ?? 0), 0),
      p50Ms: percentileMs(durations, 0.5),
      p95Ms: percentileMs(durations, 0.95),
    }
  }

  #keep(rows: readonly MinuteStatistics[], from: number): void {
    for (const minute of this.#kept.keys()) if (minute >= from) this.#kept.delete(minute)
    for (const { minute, completed, failed, retried } of rows.filter(isInSums)) {
      const sum = this.#kept.get(minute) ?? { done: 0, failed: 0, retried: 0 }
      sum.done += completed
      sum.failed += failed
      sum.retried += retried
      this.#kept.set(minute, sum)
    }
  }
}
