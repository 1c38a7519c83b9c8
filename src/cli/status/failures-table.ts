import type { EpochMs } from '../../domain/job.js'
import type { FailureJson } from '../../views/failure.js'
import { stateGlyphs } from '../../views/glyphs.js'
import { timeCell } from '../cells.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'

// More would push the rest off the screen.
const maxFailures = 10

/** What has failed lately, each error of a task once. */
export async function failuresTable(
  failures: readonly FailureJson[],
  now: EpochMs,
  look: Look = lookOfStdout(),
): Promise<string> {
  const shown = look.width === null ? failures : failures.slice(0, maxFailures)
  const more = failures.length - shown.length
  const rows = await table(
    [
      { heading: 'FAILED TASK', flexible: true },
      { heading: 'TIMES', align: 'right' },
      { heading: 'LAST' },
      { heading: 'SAMPLE', optional: true },
      { heading: 'ERROR', flexible: true },
    ],
    shown.map(({ task, error, count, lastAt, sampleId }) => [
      { full: task, glyph: stateGlyphs.failed },
      String(count),
      timeCell(lastAt, now),
      sampleId,
      error === '' ? 'many different errors' : error,
    ]),
    look,
  )
  return more === 0 ? rows : `${rows}\nand ${more} more: offstage jobs list --state failed`
}
