import { widthOf } from '../../views/cut.js'
import type { Style } from '../../views/glyphs.js'
import type { Line } from './line.js'

/** What the terminal can show. */
export interface Look {
  readonly hasColours: boolean
  readonly hasUnicode: boolean
}

const codes: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
}

/** The line as the terminal gets it. Without colours only the row at the cursor stays inverse. */
export function toAnsi(line: Line, { hasColours, hasUnicode }: Look): string {
  return line
    .map(({ text, style }) => {
      const shown = hasUnicode ? text : toAscii(text)
      if (style === null || !(hasColours || style === 'inverse')) return shown
      const [on, off] = codes[style]
      return `\u001b[${on}m${shown}\u001b[${off}m`
    })
    .join('')
}

const replacements: Readonly<Record<string, string>> = {
  ...{ '✓': '+', '●': '*', '○': 'o', '◷': '~', '✗': 'x', '⊘': '/', '‖': '=', '▲': '!' },
  ...{ '─': '-', '│': '|', '›': '>', '…': '~', '·': '.', '▌': '>', '█': '#', '▐': '#' },
  ...{ '▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*' },
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The same width in ASCII: what is no sign of ours becomes question marks. */
export function toAscii(text: string): string {
  if (/^[ -~]*$/.test(text)) return text
  return [...segmenter.segment(text)]
    .map(({ segment }) => (/^[ -~]$/.test(segment) ? segment : (replacements[segment] ?? '?'.repeat(widthOf(segment)))))
    .join('')
}
