import type { Retention } from '../../src/domain/retention.js'

/** Keeps all for ever, but for what is said. */
export function retentionOf(overrides: Partial<Retention> = {}): Retention {
  return { completedMs: null, failedMs: null, most: 1_000_000, statisticsMs: null, slotsMs: null, ...overrides }
}
