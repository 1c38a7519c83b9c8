import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { keyTable } from '../model/keys.js'
import { grid } from '../text/grid.js'
import { type Line, span } from '../text/line.js'
import type { Area } from './area.js'
import { bold, dim, signed } from './signs.js'

/** All keys, and what the signs mean. */
export function helpView({ width }: Area): readonly Line[] {
  const { rows } = grid(
    [{ heading: '' }, { heading: '', flexible: true }],
    keyTable.map(({ label, help }) => [bold(label), help]),
    width - 1,
  )
  const signs = Object.entries(stateGlyphs).flatMap(([state, glyph]) => [signed(glyph, state), span('  ')])
  return [
    ...rows.map((row) => [span(' '), ...row]),
    [],
    [span(' '), ...signs],
    [
      span(' '),
      signed(pausedGlyph, 'paused'),
      span('  '),
      signed(warningGlyph, 'warning'),
      dim('   ? or esc closes this'),
    ],
  ]
}
