import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'
import { keepInput } from '../../app/run/keep-input.js'
import type { StdinSource } from '../../engine/hosts/command-stdin.js'

/**
 * Gives a command the stdin of this process: as it is, or kept for the attempts that may follow if there are `retries`.
 * A command gets nothing from a terminal or from /dev/null. Throws OffstageError if the input cannot be kept.
 */
export async function withOwnStdin<T>(retries: number, use: (stdin: StdinSource) => Promise<T>): Promise<T> {
  // Not process.stdin: reading that property makes a pipe non-blocking, for the command too.
  if (isatty(0) || isEmptyDevice()) return use('nothing')
  // Node reads nothing from a directory, and reports no error. The command reports one.
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
