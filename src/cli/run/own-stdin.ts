import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'
import { OffstageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import type { StdinSource } from '../../engine/hosts/command-stdin.js'
import { KeptInput } from '../../engine/hosts/kept-input.js'

/**
 * Uses the stdin of this process as a command is to have it that may be tried again `retries` times: handed on as it is,
 * or kept for the attempts that follow. A terminal is not handed on, and /dev/null has nothing. Throws OffstageError where
 * it cannot be kept.
 */
export async function withOwnStdin<T>(retries: number, use: (stdin: StdinSource) => Promise<T>): Promise<T> {
  // Not by process.stdin: to look at it makes a pipe non-blocking, for the command too.
  if (isatty(0) || isEmptyDevice()) return use('nothing')
  // Node reads nothing of a directory and says nothing; the command does.
  if (retries === 0 || fstatSync(0).isDirectory()) return use('inherited')
  const input = await kept()
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

async function kept(): Promise<KeptInput> {
  try {
    return await KeptInput.of(process.stdin, systemClock)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OffstageError(
      'E_STDIN',
      `stdin cannot be kept for retries: ${why}`,
      'free space there, set TMPDIR, or run it with --retries 0',
    )
  }
}
