import type { HealthStatus } from '../domain/health.js'
import type { JobState } from '../domain/job.js'

/** The named colours and weights that are used. The terminal decides what they look like. */
export type Style = 'bold' | 'dim' | 'inverse' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan' | 'white'

export interface Glyph {
  readonly unicode: string
  /** For a terminal whose locale is not UTF-8. */
  readonly ascii: string
  readonly style: Style
}

/** What stands for a state wherever people see it, beside its colour: colour alone says nothing to some. */
export const stateGlyphs: Readonly<Record<JobState, Glyph>> = {
  scheduled: { unicode: '◷', ascii: '~', style: 'yellow' },
  queued: { unicode: '○', ascii: 'o', style: 'white' },
  running: { unicode: '●', ascii: '*', style: 'cyan' },
  completed: { unicode: '✓', ascii: '+', style: 'green' },
  failed: { unicode: '✗', ascii: 'x', style: 'red' },
  cancelled: { unicode: '⊘', ascii: '/', style: 'magenta' },
}

export const pausedGlyph: Glyph = { unicode: '‖', ascii: '=', style: 'yellow' }
export const warningGlyph: Glyph = { unicode: '▲', ascii: '!', style: 'yellow' }

export const healthGlyphs: Readonly<Record<HealthStatus, Glyph>> = {
  healthy: stateGlyphs.completed,
  degraded: warningGlyph,
  unhealthy: stateGlyphs.failed,
}
