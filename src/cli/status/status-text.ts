import type { EpochMs } from '../../domain/job.js'
import { healthGlyphs } from '../../views/glyphs.js'
import { visibleLine } from '../../views/sanitise.js'
import type { StatusJson } from '../../views/status.js'
import { drawn, type Look, lookOfStdout, styled } from '../look.js'
import { queuesTable } from '../queues/queues-table.js'
import { schedulesAtAGlance } from '../schedules/schedules-table.js'
import { workersTable } from '../workers/workers-table.js'
import { wrapped } from '../wrap.js'
import { failuresTable } from './failures-table.js'

/** One screen that says first whether all is well, then what there is. */
export async function statusText(status: StatusJson, now: EpochMs, look: Look = lookOfStdout()): Promise<string> {
  const { queues, workers, schedules, failures } = status
  const parts = [
    healthText(status.health, look),
    queues.length === 0 ? 'No jobs yet. Run one: offstage run TASK' : await queuesTable(queues, look),
    workers.length === 0 ? 'No workers. Start one: offstage workers start' : await workersTable(workers, now, look),
    schedules.length === 0 ? '' : await schedulesAtAGlance(schedules, now, look),
    failures.length === 0 ? '' : await failuresTable(failures, now, look),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function healthText({ status, reasons }: StatusJson['health'], look: Look): string {
  const glyph = healthGlyphs[status]
  const word = look.width === null ? status : `${drawn(glyph, look)} ${status}`
  const room = look.width === null ? null : look.width - 2
  const lines = reasons.flatMap((reason) => wrapped(visibleLine(reason), room))
  return [styled(word, glyph.style, look), ...lines.map((line) => `  ${line}`)].join('\n')
}
