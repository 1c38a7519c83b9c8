import { UsageError } from '../domain/errors.js'

/** What the reader has to know of a flag. */
export interface DeclaredFlag {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly allowNo?: boolean | undefined
}

export type DeclaredFlags = Readonly<Record<string, DeclaredFlag>>

/** A command line, taken apart in the order in which it was typed. */
export interface ReadArgv {
  /** Flags with their values, ready for the parser; those that are not declared too. */
  readonly flags: readonly string[]
  /** Everything that is no flag, before and after a `--`. */
  readonly words: readonly string[]
  /** The words after a `--` that no word comes before: a command of the user's. null if there is none. */
  readonly command: readonly string[] | null
}

/**
 * Reads the words of a command line. oclif's own list of arguments is sorted by where a value stands first, so repeated
 * ones move, and of `--flag=value` of a boolean it makes an argument. Throws UsageError for a value that no boolean has.
 */
export function readArgv(argv: readonly string[], declared: DeclaredFlags): ReadArgv {
  const [flags, words]: [string[], string[]] = [[], []]
  const rest = [...argv]
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    if (word === '--') return { flags, words: [...words, ...rest], command: words.length === 0 ? rest : null }
    if (word.startsWith('--')) flags.push(...readLong(word, rest, declared))
    else if (/^-[^\d.]/.test(word)) flags.push(...readShort(word, rest, declared))
    else words.push(word)
  }
  return { flags, words, command: null }
}

function readLong(word: string, rest: string[], declared: DeclaredFlags): string[] {
  const [, name = '', value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? []
  const flag = Object.hasOwn(declared, name) ? declared[name] : undefined
  if (flag?.type === 'option') return withValue(`--${name}`, value, rest)
  const negated = /^no-(.+)$/.exec(name)?.[1]
  const isNegation = flag === undefined && negated !== undefined && declared[negated]?.allowNo === true
  if (value === undefined || (flag === undefined && !isNegation)) return [word]
  const isOn = booleanOf(value, `--${name}`) !== isNegation
  const long = isNegation ? negated : name
  if (isOn) return [`--${long}`]
  return declared[long]?.allowNo === true ? [`--no-${long}`] : []
}

/** `-q mail`, `-qmail`, `-q=mail`, and several booleans in one word. */
function readShort(word: string, rest: string[], declared: DeclaredFlags): string[] {
  const flag = Object.values(declared).find(({ char }) => char !== undefined && char === word[1])
  if (flag?.type === 'option') return word.length > 2 ? [word] : withValue(word, undefined, rest)
  if (flag === undefined || word.length === 2) return [word]
  const short = word.slice(0, 2)
  if (word[2] !== '=') return [short, ...readShort(`-${word.slice(2)}`, rest, declared)]
  return booleanOf(word.slice(3), short) ? [short] : []
}

function withValue(name: string, value: string | undefined, rest: string[]): string[] {
  const given = value ?? rest.shift()
  return given === undefined ? [name] : [name, given]
}

function booleanOf(value: string, flag: string): boolean {
  if (/^(?:true|yes|1)$/i.test(value)) return true
  if (/^(?:false|no|0)$/i.test(value)) return false
  const hint = `write ${flag}, ${flag}=true or ${flag}=false`
  throw new UsageError('E_USAGE', `${flag} takes no value ${JSON.stringify(value)}`, hint)
}

/** Global flags before the command, moved behind its words: `--json status` is `status --json`. */
export function commandFirst(argv: readonly string[], globals: DeclaredFlags): readonly string[] {
  const rest = [...argv]
  const hoisted: string[] = []
  while (rest[0]?.startsWith('-') && rest[0] !== '--') {
    const name = /^--(?:no-)?([^=]+)/.exec(rest[0])?.[1] ?? ''
    if (!Object.hasOwn(globals, name)) break
    hoisted.push(...readLong(rest.shift() ?? '', rest, globals))
  }
  const words = rest.findIndex((word) => word.startsWith('-'))
  const end = words < 0 ? rest.length : words
  return [...rest.slice(0, end), ...hoisted, ...rest.slice(end)]
}
