import { UsageError } from '../../domain/errors.js'
import type { JobId, NewJob } from '../../domain/job.js'
import { refuseLargeArgs, toJsonText } from '../../domain/json.js'
import { type EnqueueOptions, makeJob } from '../../domain/request.js'
import { systemClock } from '../../engine/clock.js'
import type { TaskInfo } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import type { Enqueued } from '../../stores/store.js'
import { readInputFile, readStdin } from '../input.js'
import { parseJsonText } from '../json-text.js'
import { say } from '../say.js'

/** Jobs stored with one commit, and checked with one message. */
const batch = 1_000

interface Line {
  readonly number: number
  readonly argsJson: string
}

interface BadLine {
  readonly number: number
  readonly what: string
}

/** What `--each` makes of its input. */
export interface EachRequest {
  /** A file, or `-` for stdin. */
  readonly source: string
  readonly options: EnqueueOptions
  readonly skipInvalid: boolean
}

/**
 * The jobs of a file of JSON lines: an object is the single argument, an array the positional arguments, anything else
 * one positional argument. All lines are checked before one is stored; throws UsageError that names the bad ones.
 */
export async function readEach(pool: TaskPool, task: TaskInfo, request: EachRequest): Promise<readonly NewJob[]> {
  const text = request.source === '-' ? await readStdin() : readInputFile(request.source, '--each')
  const good: Line[] = []
  const bad: BadLine[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      good.push({ number: index + 1, argsJson: argsOfLine(line) })
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown
      bad.push({ number: index + 1, what: thrown.message })
    }
  }
  const refused = await refusedLines(pool, task, good)
  bad.push(...refused)
  if (bad.length > 0) tellBadLines(request, bad)
  const refusedNumbers = new Set(refused.map((line) => line.number))
  const now = systemClock.now()
  return good
    .filter((line) => !refusedNumbers.has(line.number))
    .map((line) => makeJob(task.name, task, line.argsJson, request.options, now))
}

function argsOfLine(line: string): string {
  const value = parseJsonText(line, 'the line')
  const argsJson = toJsonText(Array.isArray(value) ? value : [value], 'arguments')
  refuseLargeArgs(argsJson) // here, where the line is known
  return argsJson
}

async function refusedLines(pool: TaskPool, task: TaskInfo, lines: readonly Line[]): Promise<BadLine[]> {
  const refused: BadLine[] = []
  for (const some of inBatches(lines)) {
    const verdicts = await pool.check(some.map(({ argsJson }) => ({ task: task.name, argsJson })))
    some.forEach((line, index) => {
      const what = verdicts[index]
      if (what != null) refused.push({ number: line.number, what })
    })
  }
  return refused
}

function tellBadLines({ source, skipInvalid }: EachRequest, bad: BadLine[]): void {
  bad.sort((a, b) => a.number - b.number)
  const [first] = bad
  const name = source === '-' ? 'stdin' : source
  if (!skipInvalid && first !== undefined) {
    const more = bad.length === 1 ? '' : ` (and ${bad.length - 1} more)`
    const message = `${name} line ${first.number}: ${first.what}${more}; nothing was stored`
    throw new UsageError('E_EACH', message, 'mend the line, or leave bad lines out with --skip-invalid')
  }
  for (const line of bad) say(`${name} line ${line.number} left out: ${line.what}`)
}

/** Stores the jobs a thousand at a time; `stored` hears the answers of each thousand as soon as it is safe. */
export async function enqueueBatches(
  enqueue: (jobs: readonly NewJob[]) => Promise<readonly Enqueued[]>,
  jobs: readonly NewJob[],
  stored: (answers: readonly Enqueued[]) => void,
): Promise<void> {
  for (const some of inBatches(jobs)) stored(await enqueue(some))
}

function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, index) =>
    items.slice(index * batch, (index + 1) * batch),
  )
}

/** The sum of an `--each --detach`. */
export interface EachSummary {
  readonly enqueued: number
  readonly duplicates: number
  readonly ids: readonly JobId[]
}

export function summarise(answers: readonly Enqueued[]): EachSummary {
  const duplicates = answers.filter(({ answer }) => answer === 'existing' || answer === 'refused').length
  return { enqueued: answers.length - duplicates, duplicates, ids: answers.map(({ id }) => id) }
}
