import { checkNames, type Finding } from '../../app/doctor/finding.js'
import { type Glyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { visibleLine } from '../../views/sanitise.js'
import { drawn, type Look, lookOfStdout, styled } from '../look.js'

const glyphs: Readonly<Record<Finding['status'], Glyph>> = {
  ok: stateGlyphs.completed,
  warning: warningGlyph,
  problem: stateGlyphs.failed,
}

// Of one check.
const mostShown = 10

const nameWidth = Math.max(...checkNames.map((name) => name.length))

/** A line for each finding, a second one with what to do, and the sum. */
export function findingsText(findings: readonly Finding[]): string {
  const look = lookOfStdout()
  const lines = checkNames.flatMap((name) =>
    linesOf(
      findings.filter(({ check }) => check === name),
      look,
    ),
  )
  return [...lines, sumOf(findings)].join('\n')
}

/** The findings of one check. A hundred faulty modules must not hide all others. */
function linesOf(findings: readonly Finding[], look: Look): readonly string[] {
  const lines = findings.slice(0, mostShown).flatMap(({ check, status, message, fix }) => {
    const glyph = glyphs[status]
    const first = `${styled(drawn(glyph, look), glyph.style, look)} ${check.padEnd(nameWidth)}  ${visibleLine(message)}`
    return fix === null ? [first] : [first, `${' '.repeat(nameWidth + 4)}${visibleLine(fix)}`]
  })
  const more = findings.length - mostShown
  return more > 0 ? [...lines, `${' '.repeat(nameWidth + 4)}and ${more} more: --json has all`] : lines
}

function sumOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status'], word: string) => {
    const found = findings.filter((finding) => finding.status === status).length
    return found === 0 ? [] : [`${found} ${word}${found === 1 ? '' : 's'}`]
  }
  return [...count('problem', 'problem'), ...count('warning', 'warning')].join(', ') || 'Nothing is wrong.'
}
