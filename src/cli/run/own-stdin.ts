import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'
import { keepInput } from '../../app/run/keep-input.js'
import type { StdinSource } from '../../engine/hosts/command-stdin.js'

/**
 * Uses the stdin of this process as a command gets it that may be tried again `retries` times: handed on as it is, or kept
 * for the attempts that follow. A terminal is not handed on, and /dev/null has nothing. Throws OffstageError where it cannot
 * be kept.
 */
export async function withOwnStdin<T>(retries: number, use: (stdin: StdinSource) => Promise<T>): Promise<T> {
  // Not by process.stdin: to look at it makes a pipe non-blocking, for the command too.
  if (isatty(0) || isEmptyDevice()) return use('nothing')
  // Node reads nothing of a directory, and reports no error; the command does.
  if (retries === 0 || fstatSync(0).isDirectory()) return use('inherited')
  const input = await keepInput(process.stdin)
  try {
    return await use(input)
  } finally {
    input.close()
  }
}

function isEmptyDevice(): boolean {
  const [own, empty] = [fstatSync(0), statSync(devNull)]
  return own.isCharacterDevice() && own.rdev === empty.rdev
}
