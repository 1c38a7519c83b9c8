import { type ArgumentsLine, type BadLine, refusedLines } from '../../app/run/each-jobs.js'
import { UsageError } from '../../domain/errors.js'
import { refuseLargeArgs, toJsonText } from '../../domain/json.js'
import type { TaskInfo } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { maxLinesBytes, readInputStream, readStdin } from '../input.js'
import { parseJsonText } from '../json-text.js'
import { say } from '../say.js'

/** The input of `--each`. */
export interface EachInput {
  /** A file, or `-` for stdin. */
  readonly source: string
  readonly skipInvalid: boolean
}

/**
 * The JSON lines of an input: an object is the single argument, an array the positional arguments, anything else one
 * positional argument. All lines are checked first; throws UsageError that names the bad ones, unless they may be left
 * out.
 */
export async function readEach(pool: TaskPool, task: TaskInfo, input: EachInput): Promise<readonly ArgumentsLine[]> {
  const text =
    input.source === '-' ? await readStdin(maxLinesBytes) : await readInputStream(input.source, '--each', maxLinesBytes)
  const { good, bad } = parseLines(text)
  const refused = await refusedLines(pool, task, good)
  const leftOut = [...bad, ...refused].sort((a, b) => a.number - b.number)
  const name = input.source === '-' ? 'stdin' : input.source
  if (!input.skipInvalid) refuseBadLines(name, leftOut)
  for (const line of leftOut) say(`${name} line ${line.number} left out: ${line.what}`)
  const refusedNumbers = new Set(refused.map(({ number }) => number))
  return good.filter(({ number }) => !refusedNumbers.has(number))
}

function parseLines(text: string): { readonly good: readonly ArgumentsLine[]; readonly bad: readonly BadLine[] } {
  const good: ArgumentsLine[] = []
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
  return { good, bad }
}

function argsOfLine(line: string): string {
  const value = parseJsonText(line, 'the line')
  const argsJson = toJsonText(Array.isArray(value) ? value : [value], 'arguments')
  refuseLargeArgs(argsJson) // here, where the line is known
  return argsJson
}

function refuseBadLines(name: string, bad: readonly BadLine[]): void {
  const [first] = bad
  if (first === undefined) return
  const more = bad.length === 1 ? '' : ` (and ${bad.length - 1} more)`
  const message = `${name} line ${first.number}: ${first.what}${more}; nothing was stored`
  throw new UsageError('E_EACH', message, 'mend the line, or leave bad lines out with --skip-invalid')
}
