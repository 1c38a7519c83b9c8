import { readFileSync } from 'node:fs'
import { ProjectError } from '../domain/errors.js'
import { inexactNumbers } from '../domain/exact-number.js'
import { memberPath } from '../domain/json.js'
import { decodeText } from '../domain/text.js'

/** What a JSON file holds that may have comments. Throws ProjectError. */
export function readJsonWithComments(file: string): unknown {
  return readJsonText(file).value
}

/** The same with its text, for messages that say where in it something is; spaces stand in the place of comments. */
export function readJsonText(file: string): { readonly value: unknown; readonly text: string } {
  const text = withoutComments(textOf(file))
  return { value: parse(file, text, ''), text }
}

/** What a package.json holds under a key; null if nothing. Throws ProjectError. */
export function readPackageSetting(file: string, key: string): unknown {
  const content = parse(file, textOf(file), memberPath('', key))
  const isObject = typeof content === 'object' && content !== null
  return isObject && Object.hasOwn(content, key) ? content[key as keyof typeof content] : null
}

function textOf(file: string): string {
  try {
    const text = decodeText(readFileSync(file))
    if (text !== null) return text
  } catch (thrown) {
    throw unreadable(file, (thrown as Error).message)
  }
  throw unreadable(file, 'it is not UTF-8')
}

/** Only numbers below the path `ours` must be exact: other programs read the rest. */
function parse(file: string, text: string, ours: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw unreadable(file, needlessComma(text) ?? (thrown as Error).message)
  }
  for (const { number, path } of inexactNumbers(text)) {
    if (ours !== '' && !path.startsWith(`${ours}.`)) continue
    const what = `${file}: ${path}: the number ${number} would be rounded`
    throw new ProjectError('E_CONFIG', what, 'write it as a text, in quotes')
  }
  return value
}

const strings = /"[^"\\]*(?:\\.[^"\\]*)*"/gs

/** Where a comma stands before a bracket, which is what people write who are used to it from JavaScript; null if nowhere. */
function needlessComma(text: string): string | null {
  const at = text.replace(strings, (string) => string.replace(/[^\n]/g, '-')).search(/,\s*[}\]]/)
  if (at < 0) return null
  const before = text.slice(0, at).split('\n')
  return `the comma at line ${before.length}, column ${(before.at(-1) ?? '').length + 1} has nothing after it: remove it`
}

function unreadable(file: string, why: string): ProjectError {
  return new ProjectError('E_CONFIG', `${file} cannot be read: ${why}`)
}

/** Spaces stand in the place of comments, so that messages name the line and column that the file has. */
function withoutComments(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|\/\/[^\n\r]*|\/\*.*?\*\//gs, (token) =>
    token.startsWith('"') ? token : token.replace(/[^\n\r]/g, ' '),
  )
}
