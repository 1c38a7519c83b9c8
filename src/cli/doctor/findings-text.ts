import { checkNames, type Finding } from '../../app/doctor/finding.js'
import { type Glyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { visibleLine } from '../../views/sanitise.js'
import { drawn, lookOfStdout, styled } from '../look.js'

const glyphs: Readonly<Record<Finding['status'], Glyph>> = {
  ok: stateGlyphs.completed,
  warning: warningGlyph,
  problem: stateGlyphs.failed,
}

const nameWidth = Math.max(...checkNames.map((name) => name.length))

/** A line for each finding, a second one with what to do, and the sum. */
export function findingsText(findings: readonly Finding[]): string {
  const look = lookOfStdout()
  const lines = findings.flatMap(({ check, status, message, fix }) => {
    const glyph = glyphs[status]
    const first = `${styled(drawn(glyph, look), glyph.style, look)} ${check.padEnd(nameWidth)}  ${visibleLine(message)}`
    return fix === null ? [first] : [first, `${' '.repeat(nameWidth + 4)}${visibleLine(fix)}`]
  })
  return [...lines, sumOf(findings)].join('\n')
}

function sumOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status'], word: string) => {
    const found = findings.filter((finding) => finding.status === status).length
    return found === 0 ? [] : [`${found} ${word}${found === 1 ? '' : 's'}`]
  }
  return [...count('problem', 'problem'), ...count('warning', 'warning')].join(', ') || 'Nothing is wrong.'
}
