// The messages of each error code, as the source has them. What a message is filled with stands as `…`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'

const root = join(import.meta.dirname, '../..')

/** By code: the texts that stand behind it in the source. A message that is put together elsewhere is in the catalog. */
export function errorMessages(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>()
  const files = globSync(['src/**/*.ts', 'commands/**/*.ts'], {
    cwd: root,
    ignore: ['src/domain/error-catalog.ts'],
  }).sort()
  for (const source of files.map((file) => readFileSync(join(root, file), 'utf8'))) {
    for (const { 1: code = '', 0: all, index } of source.matchAll(/'(E_[A-Z_]+)',\s*(?:message: )?(?=['"`])/g)) {
      const text = literalAt(source, index + all.length)
      const isMessage = /[a-z]{2}/.test(text)
      if (isMessage) found.set(code, (found.get(code) ?? new Set()).add(text))
    }
  }
  return new Map([...found].map(([code, texts]) => [code, [...texts]]))
}

/** The text of the literal that begins at `start`. */
function literalAt(source: string, start: number): string {
  const quote = source[start]
  let text = ''
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === quote) return text
    if (source[at] === '\\') text += source[++at]
    else if (quote === '`' && source.startsWith('${', at)) {
      at = endOfExpression(source, at + 2)
      text += '…'
    } else text += source[at]
  }
  return text
}

/** Where the brace is that closes an expression of a template. */
function endOfExpression(source: string, start: number): number {
  let depth = 1
  for (let at = start; at < source.length; at++) {
    if (source[at] === '{') depth++
    else if (source[at] === '}' && --depth === 0) return at
  }
  return source.length
}
