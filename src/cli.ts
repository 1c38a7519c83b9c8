import { flush, type Interfaces, run } from '@oclif/core'
import { describeError } from './cli/base-command.js'
import { watchPipe } from './cli/pipe.js'
import { visible } from './cli/sanitise.js'

/** Runs the command line of this process, and tells whatever no command has told. */
export async function main(options: Interfaces.LoadOptions): Promise<void> {
  const argv = process.argv.slice(2)
  watchPipe(argv)
  try {
    await run(argv, options)
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const told = describeError(error)
    if (told === null) {
      process.exitCode = (error as { oclif?: { exit?: number } }).oclif?.exit ?? 0
    } else {
      process.exitCode = told.exitCode
      process.stderr.write(`error: ${visible(told.message)}\n${told.hint === null ? '' : `  ${visible(told.hint)}\n`}`)
    }
  }
  await flush()
}
