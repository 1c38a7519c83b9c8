import { fstatSync } from 'node:fs'
import type { JobId } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import { noticeDropped } from '../guarded-output.js'
import { lookOf } from '../look.js'
import { logInstead } from '../say.js'
import { withoutCommands } from '../without-commands.js'
import { type Entry, outputEvent, remark } from './entry.js'
import type { LogFormat } from './formats.js'
import { JobLineLimit } from './job-line-limit.js'
import { LineBuffer } from './line-buffer.js'
import { journalLine, jsonLine, type LineFormat, terminalLine, timedLine } from './line-formats.js'
import { LogWriter } from './log-writer.js'

/** The log of a service: what happens to it, and what its tasks print. */
export interface Log {
  readonly entry: (entry: Entry) => void
  /** Output of a job, or of no job, which becomes whole lines. */
  readonly output: (job: JobId | null, text: string) => void
  /** The output of a job has ended. */
  readonly endOutput: (job: JobId) => void
}

/**
 * The log of this process, on stderr: from now on whatever is said goes there. `showsOutput`: whether it has the lines that
 * tasks print.
 */
export function openLog(format: LogFormat, showsOutput: boolean): Log {
  if (format === 'none') return silentLog()
  const plainFormat = formatOf(format)
  const lineFormat = quotingCommands(plainFormat)
  const writer = new LogWriter(lineFormat, systemClock, (text) => process.stderr.write(text))
  const limit = format === 'text' && process.stderr.isTTY ? new JobLineLimit(systemClock, writer.entry) : null
  const entry = limit?.entry ?? writer.entry
  const hasErrors = plainFormat === jsonLine || plainFormat === journalLine
  logInstead({ entry, flush: () => writer.flush(), hasErrors })
  noticeDropped((lines) => lineFormat(droppedEntry(lines), systemClock.now()))
  const buffer = new LineBuffer((job, line) => entry(outputEntry(job, line)))
  process.once('exit', () => {
    limit?.close()
    writer.flush()
  })
  return {
    entry,
    output: showsOutput ? (job, text) => buffer.add(job, text) : () => {},
    endOutput: (job) => buffer.flush(job),
  }
}

/** Only what ends the process is said. */
function silentLog(): Log {
  logInstead({ entry: () => {}, flush: () => {}, hasErrors: false })
  noticeDropped(() => '')
  return { entry: () => {}, output: () => {}, endOutput: () => {} }
}

/** What we say may repeat the error of a job. What tasks print is theirs: it may be a command to GitHub. */
function quotingCommands(format: LineFormat): LineFormat {
  return (entry, at) => {
    const line = format(entry, at)
    return entry.event === outputEvent ? line : withoutCommands(line)
  }
}

function formatOf(format: Exclude<LogFormat, 'none'>): LineFormat {
  if (format === 'json') return jsonLine
  if (process.stderr.isTTY) return terminalLine(lookOf(process.stderr))
  return goesToJournal() ? journalLine : timedLine
}

/** Whether stderr is the stream that systemd connects to its journal, and not one that was redirected since. */
function goesToJournal(): boolean {
  const { JOURNAL_STREAM } = process.env
  if (JOURNAL_STREAM === undefined) return false
  try {
    const { dev, ino } = fstatSync(process.stderr.fd, { bigint: true })
    return JOURNAL_STREAM === `${dev}:${ino}`
  } catch {
    return false
  }
}

function outputEntry(job: JobId | null, line: string): Entry {
  return { level: 'info', event: outputEvent, text: `${job ?? '-'} | ${line}`, facts: { job, output: line } }
}

function droppedEntry(lines: number): Entry {
  const text = `${lines} lines of this log were dropped, because nobody read them`
  return { ...remark(text, 'warning'), event: 'log.dropped', facts: { lines } }
}
