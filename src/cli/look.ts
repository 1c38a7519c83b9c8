import { styleText } from 'node:util'
import type { Glyph, Style } from '../views/glyphs.js'

/** What the reader of an output can see. */
export interface Look {
  /** Columns of the terminal; null: it is no terminal, and gets everything in full. */
  readonly width: number | null
  readonly hasColours: boolean
  /** Whether characters beyond ASCII can be drawn. */
  readonly hasUnicode: boolean
}

// A terminal that reports no width, such as one of some CI services.
const usualWidth = 80

/** `--color` or `--no-color` of this command; null if neither is given. */
export const chosenColour: { value: boolean | null } = { value: null }

type OutputStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>

/** What the reader of stdout can see: asked for each time, because a terminal changes its width. */
export function lookOfStdout(): Look {
  return lookOf(process.stdout)
}

export function lookOf({ isTTY, columns }: OutputStream): Look {
  return {
    width: isTTY ? columns || usualWidth : null,
    hasColours: hasColours(isTTY === true),
    hasUnicode: hasUnicode(),
  }
}

/** FORCE_COLOR wins over NO_COLOR, as in Node. */
function hasColours(isTerminal: boolean): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (chosenColour.value !== null) return chosenColour.value
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR)
  return !NO_COLOR && isTerminal && TERM !== 'dumb'
}

/** Whether the locale is UTF-8. macOS uses it whatever the locale is. */
export function hasUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env
  return process.platform === 'darwin' || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
}

export function styled(text: string, style: Style, look: Look): string {
  return look.hasColours && text !== '' ? styleText(style, text, { validateStream: false }) : text
}

export function drawn(glyph: Glyph, look: Look): string {
  return look.hasUnicode ? glyph.unicode : glyph.ascii
}
