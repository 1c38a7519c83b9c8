import type { JobLog, MonitorData } from '../../app/monitor/monitor-data.js'
import type { OutputLine } from '../../domain/job.js'
import { stateGlyphs } from '../../views/glyphs.js'
import type { JobJson, JobListItem } from '../../views/job.js'
import { shownTask } from '../../views/shown-task.js'
import { jobAtCursor } from '../model/rows.js'
import type { State } from '../model/state.js'
import { type Line, lineOf, span, widthOfLine } from '../text/line.js'
import { clockText, durationText } from '../words.js'
import type { Area } from './area.js'
import { bold, dim, jobState, ruled, signed } from './signs.js'

/** The job at the cursor: all at a glance, or one part of it in full. */
export function detailView(state: State, { width, height }: Area): readonly Line[] {
  const found = state.data.job
  const atCursor = jobAtCursor(state)
  if (height < 2 || atCursor === null) return []
  if (found == null || found.job.id !== atCursor.id) return [heading(atCursor, state, width), [dim('   reading')]]
  return [heading(found.job, state, width), ...part(state, found, { width, height: height - 1 })]
}

function heading(job: Pick<JobListItem, 'id' | 'task' | 'args'>, state: State, width: number): Line {
  const parts = (['info', 'log', 'attempts', 'args'] as const).flatMap((name) => {
    const letter = { info: 'i', log: 'l', attempts: 'a', args: 'e' }[name]
    return [span(` ${letter} ${name}`, name === state.jobs.part ? 'bold' : 'dim')]
  })
  return ruled([bold(job.id), span(` ${shownTask(job).slice(0, Math.max(8, width - 50))}`)], parts, width, widthOfLine)
}

function part(state: State, { job, log }: NonNullable<MonitorData['job']>, area: Area): readonly Line[] {
  switch (state.jobs.part) {
    case 'info':
      return infoLines(state, job, log, area)
    case 'log':
      return logLines(log, area, state.jobs.scrolled)
    case 'attempts':
      return scrolledDown(
        job.attempts.flatMap((attempt) => attemptLines(attempt, true, area.width)),
        state,
        area,
      )
    case 'args':
      return scrolledDown(argLines(job), state, area)
  }
}

/** From the first line on; j and k move it where it fills the screen. */
function scrolledDown(lines: readonly Line[], { jobs }: State, { height }: Area): readonly Line[] {
  if (lines.length <= height) return lines
  const first = jobs.isOpen ? Math.min(lines.length - height, jobs.scrolled) : 0
  return lines.slice(first, first + height)
}

function infoLines(state: State, job: JobJson, log: JobLog | null, { width, height }: Area): readonly Line[] {
  const time = (at: string | null) => (at === null ? '-' : clockText(Date.parse(at)))
  const worker = (state.data.workers ?? []).find(({ id }) => id === job.worker)
  const where = worker === undefined ? '' : ` ${worker.host}:${worker.pid}`
  const facts: readonly (readonly [string, Line])[] = [
    ['why', [jobState(job), span(`  ${job.explanation ?? ''}`)]],
    [
      'queue',
      lineOf(
        `${job.queue}, priority ${job.priority}`,
        dim(`   created ${time(job.createdAt)}   started ${time(job.startedAt)}   ended ${time(job.endedAt)}`),
      ),
    ],
    [
      'key',
      lineOf(job.key ?? '-', dim(`   schedule ${job.schedule?.name ?? '-'}   worker ${job.worker ?? '-'}${where}`)),
    ],
    ['args', lineOf(JSON.stringify(job.args))],
    ...(job.progress === null
      ? []
      : [['progress', lineOf(`${Math.round(job.progress.fraction * 100)} % ${job.progress.message ?? ''}`)] as const]),
    ...(job.result === null ? [] : [['result', lineOf(JSON.stringify(job.result))] as const]),
  ]
  const lines = facts.map(([name, line]) => [dim(` ${name.padEnd(9)} `), ...line])
  const attempts = job.attempts.slice(-Math.max(1, Math.min(5, height - lines.length - 4)))
  const tries = attempts.flatMap((attempt) => attemptLines(attempt, false, width))
  const room = height - lines.length - tries.length
  const printed = room < 2 || log === null ? [] : logLines(log, { width, height: Math.min(room, 8) }, 0)
  return [...lines, ...labelled('attempts', tries), ...labelled('log', printed)]
}

function labelled(name: string, lines: readonly Line[]): readonly Line[] {
  return lines.map((line, index) => [dim(` ${(index === 0 ? name : '').padEnd(9)} `), ...line])
}

function attemptLines(attempt: JobJson['attempts'][number], inFull: boolean, width: number): readonly Line[] {
  const { state, error, durationMs, startedAt, worker, endedBy, reason } = attempt
  const glyph = state === 'released' ? stateGlyphs.queued : stateGlyphs[state]
  const what = error === null ? (state === 'completed' ? '' : state) : `${error.name}: ${error.message}`
  const by = endedBy === null || ['return', 'throw'].includes(endedBy) ? '' : `  ${reason ?? ''} ended by ${endedBy}`
  const own = lineOf(
    `${String(attempt.attempt).padStart(2)} `,
    signed(glyph),
    ` ${durationText(durationMs).padStart(7)} `,
    what,
    dim(by),
  )
  if (!inFull) return [own]
  const stack = (error?.stack ?? '').slice(0, 16_000).split('\n').slice(1, 40)
  return [
    lineOf(' ', ...own),
    [dim(`      started ${startedAt}  worker ${worker ?? '-'}`)],
    ...stack.map((line) => lineOf('    ', line.slice(0, width))),
  ]
}

function argLines(job: JobJson): readonly Line[] {
  const shown = (name: string, value: unknown) => [
    [bold(` ${name}`)],
    ...(JSON.stringify(value, null, 2) ?? 'null')
      .slice(0, 64_000)
      .split('\n')
      .slice(0, 1_000)
      .map((line) => lineOf('   ', line)),
  ]
  return [...shown('arguments', job.args), ...(job.state === 'completed' ? shown('result', job.result) : [])]
}

// What a program prints in colour is shown without: its colours must not run into what is beside it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const colour = /\u001b\[[0-9;]*m/g

function logLines(log: JobLog | null, { height }: Area, scrolled: number): readonly Line[] {
  if (log === null || log.lines.length === 0) return [[dim(' no output')]]
  const room = Math.max(1, height - 1)
  const end = Math.max(Math.min(room, log.lines.length), log.lines.length - scrolled)
  const shown = log.lines.slice(Math.max(0, end - room), end).map(logLine)
  const place = end < log.lines.length ? `, ${log.lines.length - end} below` : ''
  return [...shown, [dim(` ${log.total} lines, attempt ${log.attempt}${place}`)]]
}

function logLine({ at, stream, text }: OutputLine): Line {
  const milliseconds = String(at % 1_000).padStart(3, '0')
  const plain = span(text.slice(0, 4_000).replace(colour, ''), stream === 'stderr' ? 'yellow' : null)
  return [dim(` ${clockText(at)}.${milliseconds} `), plain]
}
