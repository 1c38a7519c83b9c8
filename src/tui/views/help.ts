import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { keyTable } from '../model/keys.js'
import { grid } from '../text/grid.js'
import { type Line, span } from '../text/line.js'
import type { Area } from './area.js'
import { bold, dim, signed } from './signs.js'

/** All keys, and what the signs mean, from a row on. */
export function helpView({ width, height }: Area, from: number): readonly Line[] {
  const { rows } = grid(
    [{ heading: '' }, { heading: '', flexible: true }],
    keyTable.map(({ label, help }) => [bold(label), help]),
    width - 1,
  )
  const signs = Object.entries(stateGlyphs).flatMap(([state, glyph]) => [signed(glyph, state), span('  ')])
  const lines = [
    ...rows.map((row) => [span(' '), ...row]),
    [],
    [span(' '), ...signs],
    [span(' '), signed(pausedGlyph, 'paused'), span('  '), signed(warningGlyph, 'warning')],
  ]
  const first = Math.max(0, Math.min(from, lines.length - height + 1))
  const isWhole = lines.length < height
  const closing = dim(isWhole ? ' ? or esc closes this' : ' j and k move this, ? or esc closes it')
  return [...lines.slice(first, first + height - 1), [closing]]
}
