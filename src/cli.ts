import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config, flush, type Interfaces } from '@oclif/core'
import { type DeclaredFlags, readArgv } from './cli/argv.js'
import { DataCommand, describeError, environmentAsksForJson } from './cli/base-command.js'
import { readCommandLine } from './cli/command-line.js'
import { endProcess } from './cli/end-process.js'
import { exitCodes } from './cli/exit-codes.js'
import { flushOutput } from './cli/guarded-output.js'
import { showHelp } from './cli/help.js'
import { refuseUndecodableWords } from './cli/input.js'
import { leftovers } from './cli/leftovers.js'
import { isService, watchOutput } from './cli/output.js'
import { sayError } from './cli/say.js'
import { hasSdk } from './domain/trace-context.js'
import { packageRoot } from './engine/package-root.js'
import { safeJson } from './views/sanitise.js'

const globals = DataCommand.baseFlags as DeclaredFlags

/** Runs the command line of this process, and shows the errors that no command has shown. */
export async function main(options: Interfaces.LoadOptions = program()): Promise<void> {
  const typed = process.argv.slice(2)
  let running: string | null = null
  watchOutput(() => running)
  try {
    refuseUndecodableWords()
    const config = await Config.load(options)
    const line = readCommandLine(typed, globals, config)
    if (line.kind === 'command') {
      running = line.id
      await config.runCommand(line.id, [...line.argv])
    } else if (line.kind === 'help') await showHelp(config, line.id)
    else process.stdout.write(`${config.userAgent}\n`)
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const described = describeError(error)
    if (described === null) {
      process.exitCode = (error as { oclif?: { exit?: number } }).oclif?.exit ?? 0
    } else {
      const { exitCode, ...shown } = described
      process.exitCode = exitCode
      if (asksForJson(typed)) process.stdout.write(`${safeJson(JSON.stringify({ error: shown }, null, 2))}\n`)
      else sayError(described.message, described.hint)
    }
  }
  // A reader who has stalled must not keep a worker that was stopped.
  const isEnding = isService(running) || (running === 'run' && process.exitCode === exitCodes.interrupted)
  await (isEnding ? flushOutput() : flush())
  // Spans had their second: an exporter that still waits for a collector must not keep the command.
  if (isEnding || leftovers.areExpected || hasSdk()) endProcess()
}

/**
 * Where the program is: oclif would look for it in every folder above. There are no plugins, so that oclif looks for
 * nothing in the home folder, which may be missing or unreadable.
 */
function program(): Interfaces.LoadOptions {
  const pjson = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Interfaces.PJSON
  const options = { root: packageRoot, pjson, userPlugins: false, devPlugins: false }
  return process.env.DEBUG ? options : { ...options, logger: silent }
}

// oclif's own logger loads a package, only to find that DEBUG asks for nothing.
const silent: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => silent,
  debug() {},
  error() {},
  info() {},
  trace() {},
  warn() {},
}

/** Whether an error outside of any command, such as an unknown command, is shown as JSON. */
function asksForJson(typed: readonly string[]): boolean {
  return readArgv(typed, globals).booleans.get('json') ?? environmentAsksForJson()
}
