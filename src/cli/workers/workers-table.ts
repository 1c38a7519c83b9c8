import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { type Glyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import type { WorkerJson } from '../../views/worker.js'
import { timeCell } from '../cells.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'

const glyphs: Readonly<Record<WorkerJson['state'], Glyph>> = {
  alive: stateGlyphs.completed,
  silent: warningGlyph,
  dead: stateGlyphs.failed,
}

/** Workers, and whether they live. */
export function workersTable(
  workers: readonly WorkerJson[],
  now: EpochMs,
  look: Look = lookOfStdout(),
): Promise<string> {
  return table(
    [
      'WORKER',
      'STATE',
      { heading: 'PID', align: 'right' },
      { heading: 'HOST', flexible: true, optional: true },
      { heading: 'UP', align: 'right', optional: true },
      { heading: 'LAST BEAT', short: 'BEAT', align: 'right' },
      { heading: 'RUNNING', short: 'BUSY', align: 'right' },
      { heading: 'MEMORY', align: 'right', optional: true },
      { heading: 'QUEUES', flexible: true },
    ],
    workers.map((worker) => [
      worker.id,
      { full: worker.state, glyph: glyphs[worker.state] },
      String(worker.pid),
      worker.host,
      worker.state === 'dead' ? '' : formatDuration(Math.max(0, now - Date.parse(worker.startedAt))),
      timeCell(worker.lastBeatAt, now),
      `${worker.running.length} of ${worker.concurrency}`,
      memoryText(worker),
      queuesText(worker),
    ]),
    look,
  )
}

/** The jobs that workers run, and for how long; empty if there are none. */
export async function runningTable(
  workers: readonly WorkerJson[],
  now: EpochMs,
  look: Look = lookOfStdout(),
): Promise<string> {
  const rows = workers.flatMap((worker) =>
    worker.running.map((job) => [
      job.id,
      job.task,
      worker.id,
      job.startedAt === null ? '' : formatDuration(Math.max(0, now - Date.parse(job.startedAt))),
    ]),
  )
  if (rows.length === 0) return ''
  return table(['JOB', { heading: 'TASK', flexible: true }, 'WORKER', { heading: 'FOR', align: 'right' }], rows, look)
}

/** `87 MB + 76 MB`: the worker, and its task processes together. */
function memoryText({ rssBytes, processes }: WorkerJson): string {
  const ofProcesses = processes.reduce((sum, { rssBytes: bytes }) => sum + (bytes ?? 0), 0)
  return [rssBytes ?? 0, ofProcesses]
    .filter((bytes) => bytes > 0)
    .map((bytes) => `${Math.round(bytes / (1024 * 1024))} MB`)
    .join(' + ')
}

function queuesText({ queues }: WorkerJson): string {
  if (queues === null) return 'all'
  return queues.length === 0 ? 'none: a run in the foreground' : queues.join(' ')
}
