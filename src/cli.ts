import { fileURLToPath } from 'node:url'
import { flush, type Interfaces, run } from '@oclif/core'
import { commandFirst, type DeclaredFlags } from './cli/argv.js'
import { DataCommand, describeError, environmentAsksForJson } from './cli/base-command.js'
import { refuseUndecodableArguments } from './cli/input.js'
import { leftovers } from './cli/leftovers.js'
import { watchOutput } from './cli/output.js'
import { safeJson } from './cli/sanitise.js'
import { sayError } from './cli/say.js'

/** Runs the command line of this process, and tells whatever no command has told. */
export async function main(options: Interfaces.LoadOptions): Promise<void> {
  const argv = [...commandFirst(process.argv.slice(2), DataCommand.baseFlags as DeclaredFlags)]
  watchOutput(argv)
  try {
    refuseUndecodableArguments()
    await run(argv, typeof options === 'string' ? withoutPlugins(options) : options)
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const told = describeError(error)
    if (told === null) {
      process.exitCode = (error as { oclif?: { exit?: number } }).oclif?.exit ?? 0
    } else {
      const { exitCode, ...shown } = told
      process.exitCode = exitCode
      if (asksForJson(argv)) process.stdout.write(`${safeJson(JSON.stringify({ error: shown }, null, 2))}\n`)
      else sayError(told.message, told.hint)
    }
  }
  await flush()
  if (leftovers.areExpected) process.exit()
}

/** There are no plugins: nothing is looked for below the home folder, which may be missing or unreadable. */
function withoutPlugins(url: string): Interfaces.LoadOptions {
  return { root: fileURLToPath(url), userPlugins: false, devPlugins: false }
}

/** Whether an error that no command has told, such as of a command that is not there, is to be JSON. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return environmentAsksForJson() || (end < 0 ? argv : argv.slice(0, end)).includes('--json')
}
