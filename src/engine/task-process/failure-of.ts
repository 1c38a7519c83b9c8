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
export function failureOf(thrown: unknown): JobError {
  const error = describeFailure(thrown)
  if (error.stack === null) return error
  const lines = error.stack.split('\n')
  const kept = lines.filter((line) => !isOurs(line)).map(withPath)
  const hasFrames = kept.some((line) => /^\s+at /.test(line))
  return { ...error, stack: hasFrames ? kept.join('\n') : null }
}

/** An ES module stands in a stack by its URL; people and editors want its path. */
function withPath(line: string): string {
  if (!/^\s+at /.test(line)) return line
  return line.replace(/file:\/\/\/[^\s)]*?(?=(?::\d+){0,2}\)?$)/, (url) => {
    try {
      return fileURLToPath(url)
    } catch {
      return url
    }
  })
}

function isOurs(line: string): boolean {
  if (!/^\s+at /.test(line)) return false
  return ours.some((folder) => line.includes(folder)) || /\(?node:(async_hooks|internal)/.test(line)
}
