import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeFailure, type JobError } from '../../domain/failure.js'
import { packageRoot } from '../package-root.js'

// Of this installation, not of every folder with such a name: projects live below /usr/src and ~/src too.
const ours = ['dist', 'src'].map((folder) => join(packageRoot, folder, '/'))

/**
 * The failure of an error that a task threw: its stack without the frames of this program, which do not help its
 * author.
 */
export function failureOf(thrown: unknown, isSecret: (key: string) => boolean): JobError {
  const error = describeFailure(thrown, isSecret)
  if (error.stack === null) return error
  const lines = error.stack.split('\n').filter((line) => !isOurs(line))
  // Frames of built-in functions alone, such as Array.from, say nothing.
  const kept = lines.some(hasPlace) ? lines.map(withPath) : lines.filter((line) => !isFrame(line))
  return { ...error, stack: kept.some((line) => isFrame(line) || isInner(line)) ? kept.join('\n') : null }
}

function isFrame(line: string): boolean {
  return /^\s+at /.test(line)
}

function hasPlace(line: string): boolean {
  return isFrame(line) && /:\d+\)?$/.test(line)
}

/** Whether a cause or an inner error begins here. */
function isInner(line: string): boolean {
  return /^\[(?:cause|error \d+ of \d+|\d+ more causes?, the last)\]: /.test(line)
}

/** An ES module stands in a stack by its URL; people and editors want its path. */
function withPath(line: string): string {
  if (!isFrame(line)) return line
  return line.replace(/file:\/\/\/[^\s)]*?(?=(?::\d+){0,2}\)?$)/, (url) => {
    try {
      return fileURLToPath(url)
    } catch {
      return url
    }
  })
}

function isOurs(line: string): boolean {
  if (!isFrame(line)) return false
  return ours.some((folder) => line.includes(folder)) || /\(?node:(async_hooks|internal)/.test(line)
}
