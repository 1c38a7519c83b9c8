import { formatDuration } from './duration.js'
import type { EpochMs } from './job.js'

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy'

/** From the best to the worst. */
export const healthStatuses: readonly HealthStatus[] = ['healthy', 'degraded', 'unhealthy']

/** The limits that health is judged by; whoever asks may choose them. */
export interface HealthLimits {
  /** How far back the failure rate looks. */
  readonly windowMs: number
  /** A job that is queued for longer degrades. */
  readonly maxLatencyMs: number
}

export const defaultHealthLimits: HealthLimits = { windowMs: 5 * 60_000, maxLatencyMs: 5 * 60_000 }

/** A larger share of failed jobs is `degraded`, or `unhealthy`. */
export const maxFailureRate = { degraded: 0.1, unhealthy: 0.5 } as const

/** A schedule whose next slot passed longer ago, undecided, degrades. */
export const maxOverdueMs = 5 * 60_000

/** What health depends on. */
export interface HealthFacts {
  /** The jobs that ended in the window. */
  readonly completed: number
  readonly failed: number
  /** The most frequent error in the window; null if nothing has failed. */
  readonly mostFailing: {
    readonly task: string
    readonly error: string
    /** Whether `task` is the name of a schedule: that of a command. */
    readonly isSchedule: boolean
  } | null
  /** Queues that are not paused. */
  readonly queues: readonly {
    readonly name: string
    readonly queued: number
    /** For how long the oldest queued job waits; null if none waits. */
    readonly oldestMs: number | null
    /** Whether a living worker takes jobs from it. */
    readonly isServed: boolean
  }[]
  /** Living workers that take jobs; not foreground runs. */
  readonly workersAlive: number
  readonly schedules: readonly {
    readonly name: string
    /** Since when a slot is due that nobody has decided, in milliseconds; null if none is. */
    readonly overdueMs: number | null
    /**
     * For how long it has had no success, where one is expected more often; null otherwise. `ms` is null if the clock
     * was ahead at the last one.
     */
    readonly withoutSuccess: { readonly ms: number | null; readonly expectedMs: number; readonly ever: boolean } | null
    /** Why it cannot fire at all; null if it can, or is paused. */
    readonly fault: string | null
    /** It fires nothing until then, because its slots were decided while the clock was ahead; null: they were not. */
    readonly silentUntil: EpochMs | null
  }[]
}

/** Why health is not `healthy`: what is wrong, and a command that shows or mends it. */
export interface HealthReason {
  readonly status: Exclude<HealthStatus, 'healthy'>
  readonly message: string
  readonly hint: string
}

export interface Health {
  readonly status: HealthStatus
  /** The worst first; none if it is healthy. */
  readonly reasons: readonly HealthReason[]
}

/** Judges by the facts. Failures degrade strictly over 10 %, and are unhealthy strictly over 50 %. */
export function judgeHealth(facts: HealthFacts, limits: HealthLimits): Health {
  const reasons = [
    ...queueReasons(facts, limits),
    ...failureReasons(facts, limits),
    ...facts.schedules.flatMap(scheduleReasons),
  ]
  const isUnhealthy = ({ status }: HealthReason) => status === 'unhealthy'
  const sorted = [...reasons.filter(isUnhealthy), ...reasons.filter((reason) => !isUnhealthy(reason))]
  return { status: sorted[0]?.status ?? 'healthy', reasons: sorted }
}

/** Whether a status is as bad as `limit`, or worse. */
export function isAtLeast(status: HealthStatus, limit: HealthStatus): boolean {
  return healthStatuses.indexOf(status) >= healthStatuses.indexOf(limit)
}

/** The share of jobs that failed, 0 to 1; null: nothing ended. */
export function failureRateOf({ completed, failed }: { readonly completed: number; readonly failed: number }) {
  return completed + failed === 0 ? null : failed / (completed + failed)
}

function queueReasons({ queues, workersAlive }: HealthFacts, { maxLatencyMs }: HealthLimits): HealthReason[] {
  return queues.flatMap(({ name, queued, oldestMs, isServed }): HealthReason[] => {
    if (oldestMs === null || oldestMs <= maxLatencyMs) return []
    const waiting = `${counted(queued, 'job waits', 'jobs wait')} on ${name}, the oldest for ${formatDuration(oldestMs)}`
    if (workersAlive === 0) {
      const message = `${waiting}, and no worker is alive`
      return [{ status: 'unhealthy', message, hint: 'start one: offstage workers start' }]
    }
    if (!isServed) {
      const message = `${waiting}, and no living worker serves it`
      return [{ status: 'degraded', message, hint: `start one: offstage workers start --queues ${name}` }]
    }
    const message = `${waiting} (over ${formatDuration(maxLatencyMs)})`
    return [{ status: 'degraded', message, hint: `see them: offstage jobs list --state queued --queue ${name}` }]
  })
}

function counted(count: number, one: string, many: string): string {
  return `${groupedDigits(count)} ${count === 1 ? one : many}`
}

// The first use of toLocaleString loads the tables of ICU: 14 ms.
function groupedDigits(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function failureReasons({ completed, failed, mostFailing }: HealthFacts, { windowMs }: HealthLimits): HealthReason[] {
  const rate = failureRateOf({ completed, failed })
  if (rate === null || rate <= maxFailureRate.degraded) return []
  const status = rate > maxFailureRate.unhealthy ? 'unhealthy' : 'degraded'
  const window = formatDuration(windowMs)
  const ended = counted(completed + failed, 'task', 'tasks')
  const share = `${percentText(rate)} of ${ended} failed in ${window}`
  const most = mostFailing === null ? '' : `; most: ${mostFailing.task}, ${mostFailing.error}`
  const ofTask = mostFailing === null ? '' : ` ${mostFailing.isSchedule ? '--schedule' : '--task'} ${mostFailing.task}`
  return [
    {
      status,
      message: `${share} (over ${percentText(maxFailureRate[status])})${most}`,
      hint: `see them: offstage jobs list --state failed${ofTask} --ended-within ${spanText(windowMs)}`,
    },
  ]
}

/** A duration as flags take it. */
function spanText(durationMs: number): string {
  const text = formatDuration(durationMs)
  return text.includes(' ') ? `${durationMs}ms` : text
}

/** `0.1423` is `14.2 %`. */
export function percentText(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}

function scheduleReasons({
  name,
  overdueMs,
  withoutSuccess,
  fault,
  silentUntil,
}: HealthFacts['schedules'][number]): HealthReason[] {
  const reasons: HealthReason[] = []
  if (fault !== null) {
    const message = `the schedule ${name} cannot fire: ${fault}`
    reasons.push({ status: 'degraded', message, hint: 'see where it comes from: offstage schedule list' })
  }
  if (overdueMs !== null && overdueMs > maxOverdueMs) {
    const message = `the schedule ${name} is ${formatDuration(overdueMs)} past its time: no scheduler has fired it`
    reasons.push({ status: 'degraded', message, hint: 'start one: offstage workers start' })
  }
  if (silentUntil !== null) {
    const message = `the schedule ${name} fires nothing before ${new Date(silentUntil).toISOString()}: its times until then were decided while the clock was ahead`
    reasons.push({
      status: 'degraded',
      message,
      hint: `to begin anew: offstage schedule remove ${name}, and add it again`,
    })
  }
  if (withoutSuccess !== null) {
    const { ms, expectedMs, ever } = withoutSuccess
    const last =
      ms === null
        ? 'succeeded last at a time that is yet to come: the clock was ahead'
        : ever
          ? `has not succeeded for ${formatDuration(ms)}`
          : `has never succeeded in ${formatDuration(ms)}`
    const message = `the schedule ${name} ${last}; a success is expected every ${formatDuration(expectedMs)}`
    reasons.push({ status: 'degraded', message, hint: `see its slots: offstage schedule history ${name}` })
  }
  return reasons
}
