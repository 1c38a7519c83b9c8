import { widthOf } from '../../views/cut.js'

/** A command in lines of at most `width` columns that a shell takes as one; beyond `most` lines it ends with an ellipsis. */
export function shellLines(command: string, width: number, most: number): readonly string[] {
  const room = Math.max(8, width - 2)
  const lines: string[] = []
  let line = ''
  for (const word of command.match(/(?:'[^']*'|\\.|[^\s'])+/gu) ?? []) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= room) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(`${line} \\`)
    const parts = partsOf(word, room)
    lines.push(...parts.slice(0, -1).map((part) => `${part}\\`))
    line = parts.at(-1) ?? ''
  }
  if (line !== '') lines.push(line)
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1]?.replace(/\\$/, '')}…`]
}

/** A word that is longer than a line, in parts that a shell puts together: nothing stands between them but `\` and a newline. */
function partsOf(word: string, room: number): readonly string[] {
  const quoted = /^'([^']*)'$/.exec(word)?.[1]
  if (widthOf(word) <= room || (quoted === undefined && word.includes("'"))) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of quoted ?? word) {
    if (widthOf(part) + widthOf(character) > room - 2) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part].map((text) => (quoted === undefined ? text : `'${text}'`))
}
