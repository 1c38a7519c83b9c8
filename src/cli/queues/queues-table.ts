import { formatDuration } from '../../domain/duration.js'
import { type JobState, jobStates } from '../../domain/job.js'
import { pausedGlyph, stateGlyphs } from '../../views/glyphs.js'
import type { QueueJson } from '../../views/queue.js'
import { type Look, lookOfStdout } from '../look.js'
import { type Cell, type Column, table } from '../table.js'

export function queuesTable(queues: readonly QueueJson[], look: Look = lookOfStdout()): Promise<string> {
  return table(
    [
      { heading: 'QUEUE', flexible: true },
      ...jobStates.map(stateColumn),
      { heading: 'LATENCY', align: 'right' },
      'PAUSED',
    ],
    queues.map((queue) => [
      queue.name,
      ...jobStates.map((state) => countCell(state, queue[state])),
      queue.latencyMs === null ? '' : formatDuration(queue.latencyMs),
      queue.paused ? { full: 'paused', glyph: pausedGlyph } : '',
    ]),
    look,
  )
}

// The states in which jobs need nobody's attention.
const optional: readonly JobState[] = ['scheduled', 'completed', 'cancelled']
const shortNames: Readonly<Partial<Record<JobState, string>>> = {
  scheduled: 'SCHED',
  running: 'RUN',
  completed: 'DONE',
  cancelled: 'CANC',
}

function stateColumn(state: JobState): Column {
  const short = shortNames[state]
  return {
    heading: state.toUpperCase(),
    align: 'right',
    ...(short === undefined ? {} : { short }),
    ...(optional.includes(state) ? { optional: true } : {}),
  }
}

/** A number in the colour of its state; a zero is dim, so that the others are seen. */
function countCell(state: JobState, count: number): Cell {
  return { full: String(count), style: count === 0 ? 'dim' : stateGlyphs[state].style }
}
