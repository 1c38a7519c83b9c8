import type { Readable } from 'node:stream'
import { OffstageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { KeptInput } from '../../engine/hosts/kept-input.js'

/**
 * Keeps an input, so that each attempt of a command reads it from its start. Throws OffstageError where it cannot be
 * kept.
 */
export async function keepInput(source: Readable): Promise<KeptInput> {
  try {
    return await KeptInput.of(source, systemClock)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OffstageError(
      'E_STDIN',
      `stdin cannot be kept for retries: ${why}`,
      'free space there, set TMPDIR, or run it with --retries 0',
    )
  }
}
