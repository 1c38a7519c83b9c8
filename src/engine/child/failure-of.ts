import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeFailure, type JobError } from '../../domain/failure.js'

// Bundled, everything of ours is below `dist`; run from source, below `src`.
const ours = /^(.*?[\\/](?:dist|src))[\\/]/.exec(`${dirname(fileURLToPath(import.meta.url))}/`)?.[1] ?? ''

/** What is kept of what a task threw: its stack without the frames of this program, which say nothing to its author. */
export function failureOf(thrown: unknown): JobError {
  const error = describeFailure(thrown)
  if (error.stack === null) return error
  const lines = error.stack.split('\n')
  const kept = lines.filter((line) => !isOurs(line))
  const hasFrames = kept.some((line) => /^\s+at /.test(line))
  return { ...error, stack: hasFrames ? kept.join('\n') : null }
}

function isOurs(line: string): boolean {
  if (!/^\s+at /.test(line)) return false
  return line.includes(`${ours}/`) || /\(?node:(async_hooks|internal)/.test(line)
}
