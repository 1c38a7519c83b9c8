import { fileURLToPath } from 'node:url'
import { messageWithHint } from '../domain/errors.js'
import { describeFailure } from '../domain/failure.js'
import type { ModuleFault } from '../engine/ipc/messages.js'
import { packageRoot } from '../engine/package-root.js'
import { CompileError, syntaxErrorIn, typeOf } from './modules/compile.js'
import { takeFilesRead } from './modules/hooks.js'
import { formatBySyntax } from './modules/package-type.js'

/** What went wrong in a module, in one line that begins with the place. */
export function describeLoadError(file: string, thrown: unknown): string {
  if (thrown instanceof CompileError) return thrown.message
  if (!(thrown instanceof Error)) return `${file}: ${firstLine(describeFailure(thrown).message)}`
  const message = firstLine(messageWithHint(thrown))
  const stack = thrown.stack ?? ''
  if (!(thrown instanceof SyntaxError)) return `${frameOf(file, stack) ?? file}: ${message}`
  if (typeOf(file) === 'commonjs' && formatBySyntax(file) === 'module') {
    return `${file}: is an ES module, and its package.json says "type": "commonjs"; say "module" there, or name it .mjs`
  }
  const place = placeAbove(stack)
  return place === null ? (syntaxErrorOfCompiler(file) ?? `${file}: ${message}`) : `${place}: ${message}`
}

/** The module of a folder that an error names first in its stack; null if it names none. */
export function blameModule(folder: string, thrown: unknown): ModuleFault | null {
  if (!(thrown instanceof Error)) return null
  const frames = framesOf(thrown.stack ?? '')
  const frame = frames.find(({ path }) => path.startsWith(`${folder}/`))
  if (frame === undefined) return null
  return { file: frame.path, message: `${frame.path}:${frame.line}: ${thrown.name}: ${firstLine(thrown.message)}` }
}

const firstLine = (text: string) => text.split('\n')[0] ?? ''
const pathOf = (name: string) => (name.startsWith('file:') ? fileURLToPath(name) : name)

/** Node writes the place of a syntax error, or of an import that the other module lacks, above the error itself. */
function placeAbove(stack: string): string | null {
  const place = /^(?<file>(?:\/|file:).*):(?<line>\d+)\n/.exec(stack)?.groups
  return place?.file === undefined ? null : `${pathOf(place.file)}:${place.line}`
}

/** For a syntax error in an ES module Node does not name the file: it is one of the files read last, or this one. */
function syntaxErrorOfCompiler(file: string): string | null {
  for (const candidate of [...takeFilesRead(), file]) {
    const message = syntaxErrorIn(candidate)
    if (message !== null) return message
  }
  return null
}

/**
 * The frame in the module itself; without one, the first in code of the project: a helper that throws while it loads.
 */
function frameOf(file: string, stack: string): string | null {
  const frames = framesOf(stack)
  const frame = frames.find(({ path }) => path === file) ?? frames.find(({ path }) => !path.includes('/node_modules/'))
  return frame === undefined ? null : `${frame.path}:${frame.line}`
}

/** The frames outside of this program. */
function framesOf(stack: string): { readonly path: string; readonly line: string }[] {
  return [...stack.matchAll(/^\s+at (?:.*\()?(?<name>(?:\/|file:\/\/).*?):(?<line>\d+):\d+\)?$/gm)]
    .map(({ groups }) => ({ path: pathOf(groups?.name ?? ''), line: groups?.line ?? '' }))
    .filter(({ path }) => !path.startsWith(`${packageRoot}/dist/`))
}
