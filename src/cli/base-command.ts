import { Command, Config, Flags, type Interfaces, settings } from '@oclif/core'
import { type Context, readContext } from '../app/context.js'
import type { ErrorCode } from '../domain/error-catalog.js'
import { OffstageError, UsageError } from '../domain/errors.js'
import { safeJson, visible } from '../views/sanitise.js'
import { type DeclaredFlags, helpAndVersion, readArgv, truthOf } from './argv.js'
import { checkLine } from './check-line.js'
import { exitCodeOfError, exitCodes } from './exit-codes.js'
import { startLine } from './guarded-output.js'
import { chosenColour } from './look.js'
import { parserMistake } from './parser-errors.js'
import { parserInput } from './parser-input.js'
import { sayError } from './say.js'

/** What all commands share: the global flags, and how errors are shown. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    store: Flags.string({
      env: 'OFFSTAGE_STORE',
      helpGroup: 'GLOBAL',
      helpValue: 'URL',
      summary: 'Where jobs live: sqlite:PATH, redis://HOST[:PORT][/DB] or memory:',
    }),
    cwd: Flags.string({
      env: 'OFFSTAGE_CWD',
      helpGroup: 'GLOBAL',
      helpValue: 'DIR',
      summary: 'Where to begin to look for the project',
    }),
    color: Flags.boolean({
      allowNo: true,
      env: 'OFFSTAGE_COLOR',
      helpGroup: 'GLOBAL',
      summary: 'Colours. Default: on a terminal, unless NO_COLOR is set; FORCE_COLOR forces them',
    }),
  }

  /** As oclif's, which would read a given configuration a second time. */
  static override async run<T extends Command>(
    this: new (
      argv: string[],
      config: Config,
    ) => T,
    argv?: string[],
    options?: Interfaces.LoadOptions,
  ): Promise<ReturnType<T['run']>> {
    const config = options instanceof Config ? options : await Config.load(options)
    return (new this(argv ?? process.argv.slice(2), config) as T & BaseCommand)._run()
  }

  /** The arguments after the command's name. */
  protected readonly line = readArgv(this.argv, {
    ...(this.ctor.baseFlags as DeclaredFlags),
    ...(this.ctor.flags as DeclaredFlags),
    ...helpAndVersion,
  })

  /** Whether the words after a leading `--` are a command to run. */
  protected readonly takesCommand: boolean = false

  /** As oclif's, but `argv` has all words that are no flags, in the order in which they were typed. */
  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options: Interfaces.Input<F, B, A>): Promise<Interfaces.ParserOutput<F, B, A>> {
    const environment = this.#flagsOfEnvironment()
    const line = { ...this.line, options: [...this.line.options, ...listsOf(environment)] }
    checkLine(line, options, this.takesCommand)
    refuseUnclearEnvironment(environment)
    const { input, argv, switchedOff } = parserInput(line, options)
    const parsed = await super.parse(input, argv)
    const flags = { ...parsed.flags, ...switchedOff }
    chosenColour.value = (flags as { color?: boolean }).color ?? null
    return { ...parsed, argv: [...this.line.words], flags }
  }

  override jsonEnabled(): boolean {
    return this.ctor.enableJsonFlag && (this.line.booleans.get('json') ?? environmentAsksForJson())
  }

  protected context(flags: {
    readonly store?: string | undefined
    readonly cwd?: string | undefined
  }): Promise<Context> {
    return readContext(flags)
  }

  /** The flags that were not typed, and have their variable set. */
  #flagsOfEnvironment(): readonly FlagOfEnvironment[] {
    const declared: Interfaces.FlagInput = { ...this.ctor.baseFlags, ...this.ctor.flags }
    const typed = new Set([...this.line.booleans.keys(), ...this.line.options.map(([name]) => name)])
    return Object.entries(declared).flatMap(([name, flag]) => {
      const { type, env: variable = '' } = flag
      const multiple = flag.type === 'option' && flag.multiple === true
      const value = process.env[variable] ?? ''
      return value === '' || typed.has(name) ? [] : [{ name, type, variable, value, multiple }]
    })
  }

  /** A message about a flag names its variable, if the value came from there. */
  #asGiven(message: string): string {
    const flag = /^--([\w-]+)/.exec(message)?.[1]
    const given = this.#flagsOfEnvironment().find(({ name }) => name === flag)
    return given === undefined ? message : message.replace(/^--[\w-]+/, given.variable)
  }

  /** As oclif's, which would load code for colours and spinners. */
  override log(message = ''): void {
    if (this.jsonEnabled()) return
    // On a terminal what a task printed last may stand before it.
    if (process.stdout.isTTY) startLine()
    process.stdout.write(`${message}\n`)
  }

  /** Shows an error in a line or two, or as JSON, and sets the exit code. */
  protected override async catch(error: Error): Promise<void> {
    const shown = describeError(error)
    if (shown === null) throw error // --help and the like
    process.exitCode = shown.exitCode
    const { code, hint } = shown
    const message = this.#asGiven(shown.message)
    if (this.jsonEnabled()) this.logJson({ error: { code, message, hint } })
    else sayError(message, hint)
    if (settings.debug || process.env.DEBUG) process.stderr.write(`${visible(error.stack ?? '')}\n`)
  }
}

/** A command that reads or makes something. With `--json` it gives programs the same value that it shows to people. */
export abstract class DataCommand extends BaseCommand {
  static override enableJsonFlag = true

  static override baseFlags = {
    ...BaseCommand.baseFlags,
    json: Flags.boolean({
      env: 'OFFSTAGE_JSON',
      helpGroup: 'GLOBAL',
      summary: 'Data as JSON on stdout, errors too',
    }),
  }

  /** Prints JSON that is safe on a terminal: characters that could drive it are JSON escapes. */
  protected override logJson(json: unknown): void {
    process.stdout.write(`${safeJson(JSON.stringify(json, null, 2))}\n`)
  }
}

/** Whether the environment variable of `--json` is set. */
export function environmentAsksForJson(): boolean {
  return truthOf(process.env.OFFSTAGE_JSON ?? '') === true
}

/** A value that means neither yes nor no would pass for no. */
function refuseUnclearEnvironment(flags: readonly FlagOfEnvironment[]): void {
  for (const { type, variable, value } of flags) {
    if (type !== 'boolean' || truthOf(value) !== null) continue
    throw new UsageError('E_USAGE', `${variable}: ${JSON.stringify(value)} is neither true nor false`, 'write 1 or 0')
  }
}

/** A flag that has its value from the environment. */
interface FlagOfEnvironment {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly variable: string
  readonly value: string
  /** It may be given several times: its variable has a list, with commas. */
  readonly multiple: boolean
}

function listsOf(flags: readonly FlagOfEnvironment[]): readonly (readonly [string, string])[] {
  return flags.flatMap(({ name, value, multiple }) =>
    multiple ? value.split(',').map((item) => [name, item.trim()] as const) : [],
  )
}

interface ShownError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | null
  readonly exitCode: number
}

// What an operating system may be short of is no bug.
const lacks = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'ENOSPC', 'EDQUOT'])

/** An error as people and programs see it; null if it only ends the program. */
export function describeError(error: Error): ShownError | null {
  if (error instanceof OffstageError) {
    return { code: error.code, message: error.message, hint: error.hint, exitCode: exitCodeOfError(error) }
  }
  if ('oclif' in error && typeof error.oclif === 'object' && error.oclif !== null) {
    if ('code' in error && error.code === 'EEXIT') return null
    return { code: 'E_USAGE', ...parserMistake(error.message), exitCode: exitCodes.usage }
  }
  if ('syscall' in error && error.syscall === 'uv_cwd') {
    const message = 'the folder that this was started in is gone'
    return { code: 'E_CWD', message, hint: 'change to one that exists', exitCode: exitCodes.usage }
  }
  if ('code' in error && error.code === 'ERR_ACCESS_DENIED') {
    const message = `Node's permission model forbids what is needed: ${error.message}`
    const hint =
      'it takes --allow-child-process, --allow-worker, --allow-addons, --allow-fs-read=* and --allow-fs-write=*'
    return { code: 'E_PERMISSION', message, hint, exitCode: exitCodes.failed }
  }
  if ('code' in error && lacks.has(String(error.code))) {
    const hint = 'see the limits of this process (ulimit -a), the memory and the disk'
    return {
      code: 'E_RESOURCES',
      message: `the system lacks something: ${error.message}`,
      hint,
      exitCode: exitCodes.failed,
    }
  }
  const message = `${error.name}: ${error.message}`
  return {
    code: 'E_BUG',
    message,
    hint: 'this is a bug in offstage; set DEBUG=1 for the stack',
    exitCode: exitCodes.failed,
  }
}
