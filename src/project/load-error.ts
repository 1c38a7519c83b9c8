import { findSourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CompileError } from './modules/compile.js'

/** What went wrong in a module, in one line that begins with the place. */
export function describeLoadError(file: string, thrown: unknown): string {
  if (thrown instanceof CompileError) return thrown.message
  if (!(thrown instanceof Error)) return `${file}: ${firstLine(String(thrown))}`
  const place = thrown instanceof SyntaxError ? syntaxErrorPlace(thrown) : frameIn(file, thrown)
  return `${place ?? file}: ${firstLine(thrown.message)}`
}

const firstLine = (text: string) => text.split('\n')[0] ?? ''

/**
 * Node writes the place of a syntax error, or of an import that the other module has not, above the error itself. For a
 * compiled module the line is that of what was compiled.
 */
function syntaxErrorPlace(error: SyntaxError): string | null {
  const head = /^(?<file>(?:\/|file:).*):(?<line>\d+)\n(?<code>.*)\n(?<marks> *\^*)/.exec(error.stack ?? '')?.groups
  if (head?.file === undefined) return null
  const file = head.file.startsWith('file:') ? fileURLToPath(head.file) : head.file
  const line = Number(head.line)
  const column = head.marks?.search(/\^/) ?? 0
  const original = (findSourceMap(file) ?? findSourceMap(pathToFileURL(file).href))?.findEntry(line - 1, column)
  return original !== undefined && 'originalLine' in original ? `${file}:${original.originalLine + 1}` : `${file}:${line}`
}

/** Where the stack is first in the file itself. */
function frameIn(file: string, error: Error): string | null {
  const stack = error.stack ?? ''
  const names = [file, pathToFileURL(file).href].filter((name) => stack.includes(`${name}:`))
  const line = names.map((name) => /^:(\d+)/.exec(stack.slice(stack.indexOf(`${name}:`) + name.length))?.[1])[0]
  return line === undefined ? null : `${file}:${line}`
}
