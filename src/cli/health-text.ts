import type { CurrentHealth } from '../app/health/current-health.js'
import { formatDuration } from '../domain/duration.js'
import { type HealthStatus, maxFailureRate, percentText } from '../domain/health.js'
import { healthGlyphs } from '../views/glyphs.js'
import { visibleLine } from '../views/sanitise.js'
import { drawn, type Look, lookOfStdout, styled } from './look.js'
import { wrapped } from './wrap.js'

/** The status in a word, then why, with what to do about it, then what is well. */
export function healthText(
  { health, numbers }: CurrentHealth,
  windowMs: number,
  storeText: string,
  look: Look = lookOfStdout(),
): string {
  const marked = (status: HealthStatus, text: string) => {
    const glyph = healthGlyphs[status]
    const [first = '', ...rest] = fitted(text, '    '.length, look)
    return [`  ${styled(drawn(glyph, look), glyph.style, look)} ${first}`, ...rest.map((line) => `    ${line}`)].join(
      '\n',
    )
  }
  const { recentTasks, failureRate, averageDurationMs, workersAlive, oldestQueuedMs } = numbers
  const lines = [styled(health.status, healthGlyphs[health.status].style, look)]
  for (const { status, message, hint } of health.reasons)
    lines.push(marked(status, message), ...fitted(hint, '      '.length, look).map((line) => `      ${line}`))
  const window = formatDuration(windowMs)
  if (failureRate === null) lines.push(marked('healthy', `nothing ended in ${window}`))
  else if (failureRate <= maxFailureRate.degraded) {
    const average = averageDurationMs === null ? '' : `, ${formatDuration(averageDurationMs)} on average`
    lines.push(marked('healthy', `${recentTasks} ended in ${window}, ${percentText(failureRate)} failed${average}`))
  }
  const waiting =
    oldestQueuedMs === null ? 'no job waits' : `the oldest job waits for ${formatDuration(oldestQueuedMs)}`
  const workers = `${workersAlive} ${workersAlive === 1 ? 'worker is' : 'workers are'} alive; ${waiting}`
  if (workersAlive > 0) lines.push(marked('healthy', workers))
  else if (health.status !== 'unhealthy') lines.push(`  - no worker is alive; ${waiting}`)
  lines.push(marked('healthy', `store: ${storeText}`))
  return lines.join('\n')
}

/** A text in lines that fit a terminal behind an indent. */
function fitted(text: string, indent: number, look: Look): readonly string[] {
  return wrapped(visibleLine(text), look.width === null ? null : look.width - indent)
}
