import stringWidth from 'string-width'

/** How many columns a text takes on a terminal. */
export function widthOf(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text)
}

/**
 * The text in at most `width` columns: what is longer is cut, and ends with `mark`. Never cuts within a character that
 * is made of several, such as an emoji.
 */
export function cutToWidth(text: string, width: number, mark = '…'): string {
  // A character takes at most some ten code units, and nobody waits for a megabyte to be measured.
  const start = text.length > 40 * (width + 1) ? text.slice(0, 40 * (width + 1)) : text
  if (start === text && widthOf(text) <= width) return text
  const room = width - mark.length
  if (room <= 0) return mark.slice(0, Math.max(0, width))
  if (isAscii(start)) return `${start.slice(0, room)}${mark}`
  let used = 0
  let cut = ''
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(start)) {
    used += stringWidth(segment)
    if (used > room) break
    cut += segment
  }
  return `${cut}${mark}`
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}
