import { commandRequest } from '../../app/run/job-request.js'
import type { SuiteRequest } from '../../app/run/run-suite.js'
import { UsageError } from '../../domain/errors.js'
import { isGlob } from '../../domain/glob.js'
import { systemClock } from '../../engine/clock.js'
import { parseTaskArguments } from '../arguments.js'
import { type CommandFlagValues, commandSettings, refuseCommandFlags } from '../command-settings.js'
import { readStdin } from '../input.js'
import type { EachRequest } from './each.js'
import { enqueueOptions, type JobFlagValues } from './flags.js'
import type { RunRequest } from './one.js'
import type { JunitFile } from './suite-report.js'

/** What `run` is asked to do: one job, one for each line of a file, or one for each of several tasks. */
export type RunOrder =
  | { readonly kind: 'one'; readonly way: 'here' | 'detach' | 'wait'; readonly request: RunRequest }
  | { readonly kind: 'each'; readonly way: 'here' | 'detach'; readonly request: EachRequest }
  | {
      readonly kind: 'suite'
      readonly way: 'here' | 'detach'
      readonly request: SuiteRequest
      /** The file of the report; null for none. */
      readonly junit: JunitFile | null
    }

interface RunFlagValues extends JobFlagValues, CommandFlagValues {
  readonly data?: string | undefined
  readonly detach: boolean
  readonly wait: boolean
  readonly inline: boolean
  readonly each?: string | undefined
  readonly 'skip-invalid': boolean
  readonly junit?: string | undefined
}

/** The order of a command line. `words` follow the task. Throws UsageError. */
export async function readOrder(task: string, words: readonly string[], flags: RunFlagValues): Promise<RunOrder> {
  refuseCommandFlags(flags)
  // First: a report of an earlier run must not stay if this one is refused.
  const junit = await junitFile(flags.junit)
  const options = enqueueOptions(flags, systemClock.now())
  const way = wayOf(flags)
  refuseBesideReport(flags)
  if (isGlob(task)) {
    refuseBesideGlob(task, words, flags)
    return { kind: 'suite', way, request: { tasks: task, argsJson: '[]', options }, junit }
  }
  if (flags.each !== undefined) {
    if (words.length > 0) throw new UsageError('E_ARGUMENTS', '--each and arguments are both given')
    const input = { source: flags.each, skipInvalid: flags['skip-invalid'] }
    return { kind: 'each', way, request: { task, input, options } }
  }
  const data = flags.data === '-' ? await readStdin() : (flags.data ?? null)
  const argsJson = parseTaskArguments(words, data)
  if (junit !== null) return { kind: 'suite', way, request: { tasks: task, argsJson, options }, junit }
  const { inline } = flags
  return { kind: 'one', way: flags.wait ? 'wait' : way, request: { task, argsJson, options, inline, outer: null } }
}

/** The order to run a command: a job of the built-in task. Throws UsageError. */
export function shellOrder(words: readonly string[], flags: RunFlagValues, isJson: boolean): RunOrder {
  const { data, each, junit, inline } = flags
  refuse('a command', { '--data': data, '--each': each, '--junit': junit, '--inline': inline || undefined }, null)
  const options = enqueueOptions(flags, systemClock.now())
  // With --json stdout is for the job alone.
  const outer = { stdin: 'nothing', stdout: isJson ? process.stderr : process.stdout, stderr: process.stderr } as const
  const command = { words, settings: commandSettings(flags) }
  const request = { ...commandRequest(command, options), inline: false, outer }
  return { kind: 'one', way: flags.wait ? 'wait' : wayOf(flags), request }
}

async function junitFile(path: string | undefined): Promise<JunitFile | null> {
  if (path === undefined) return null
  const { reportFile } = await import('./report-file.js')
  return { path, file: reportFile(path, '--junit') }
}

function wayOf({ detach, delay, at }: RunFlagValues): 'here' | 'detach' {
  return detach || delay !== undefined || at !== undefined ? 'detach' : 'here'
}

type Given = Readonly<Record<string, unknown>>

function refuseBesideGlob(glob: string, words: readonly string[], { data, each, wait, key }: RunFlagValues): void {
  const hint = 'name one task to use it'
  const quotes = 'its tasks run without any; a shell needs the glob in quotes'
  refuse(`the glob ${glob}`, { arguments: words[0], '--data': data }, quotes)
  refuse(`the glob ${glob}`, { '--each': each, '--wait': wait || undefined, '--key': key }, hint)
}

/** A report is about the jobs that this command has run itself. */
function refuseBesideReport({ junit, detach, wait, delay, at, each, key }: RunFlagValues): void {
  if (junit === undefined) return
  const elsewhere = { '--detach': detach || undefined, '--wait': wait || undefined, '--delay': delay, '--at': at }
  refuse('--junit', { ...elsewhere, '--each': each, '--key': key }, 'it reports what runs here: a glob, or one task')
}

function refuse(what: string, given: Given, hint: string | null): void {
  const other = Object.keys(given).find((name) => given[name] !== undefined)
  if (other !== undefined)
    throw new UsageError('E_SUITE', `${what} and ${other} are both given`, ...(hint === null ? [] : [hint]))
}
