import type { Health, HealthReason } from '../domain/health.js'

/** Health as programs read it. */
export function healthToJson(health: Health, numbers: HealthNumbers) {
  return { ...healthAtAGlance(health), ...numbers }
}

/** What health was judged by. */
export interface HealthNumbers {
  readonly recentTasks: number
  /** 0 to 1; null: nothing ended in the window. */
  readonly failureRate: number | null
  readonly averageDurationMs: number | null
  readonly workersAlive: number
  /** Of queues that are not paused; null: nothing is queued. */
  readonly oldestQueuedMs: number | null
}

export type HealthJson = ReturnType<typeof healthToJson>

/** What `status` shows of health. */
export function healthAtAGlance({ status, reasons }: Health) {
  return { status, reasons: reasons.map(reasonText) }
}

function reasonText({ message, hint }: HealthReason): string {
  return `${message}; ${hint}`
}
