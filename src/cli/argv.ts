import { UsageError } from '../domain/errors.js'
import { nearestName } from '../domain/names.js'

/** What the reader must know about a flag. */
export interface DeclaredFlag {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly allowNo?: boolean | undefined
}

export type DeclaredFlags = Readonly<Record<string, DeclaredFlag>>

/** The flags that every command has beside its own. */
export const helpAndVersion = {
  help: { type: 'boolean', char: 'h' },
  version: { type: 'boolean', char: 'V' },
} satisfies DeclaredFlags

/** A command line, taken apart in the order in which it was typed. */
export interface ReadArgv {
  /** Flags that take a value, by their long names. */
  readonly options: readonly (readonly [name: string, value: string])[]
  /** Flags that take none, by their long names. Of several of one name the last one holds. */
  readonly booleans: ReadonlyMap<string, boolean>
  /** All words that are no flags, before and after a `--`. */
  readonly words: readonly string[]
  /** A command to run: the words after a `--` that comes before all other words. null if there is none. */
  readonly command: readonly string[] | null
  /** The errors of the flags, in their order. */
  readonly mistakes: readonly UsageError[]
}

/** Numbers below zero are no flags, nor is `-`, which stands for stdin. */
export function isFlag(word: string): boolean {
  return /^-[^\d.]/.test(word)
}

/** The long name of the flag that a word is, or begins with; null if it is not declared. */
export function flagNamed(word: string, declared: DeclaredFlags): string | null {
  if (!word.startsWith('--')) {
    const [, char] = word
    return Object.keys(declared).find((name) => char !== undefined && declared[name]?.char === char) ?? null
  }
  const name = word.slice(2).replace(/=[\s\S]*$/, '')
  if (Object.hasOwn(declared, name)) return name
  const negated = name.replace(/^no-/, '')
  return Object.hasOwn(declared, negated) && declared[negated]?.allowNo === true ? negated : null
}

/** Reads the words of a command line. It is pure: the caller throws the mistakes. */
export function readArgv(argv: readonly string[], declared: DeclaredFlags): ReadArgv {
  const reader = new ArgvReader(argv, declared)
  reader.read()
  return reader
}

class ArgvReader implements ReadArgv {
  readonly options: [string, string][] = []
  readonly booleans = new Map<string, boolean>()
  readonly words: string[] = []
  readonly mistakes: UsageError[] = []
  command: readonly string[] | null = null
  readonly #declared: DeclaredFlags
  readonly #rest: string[]

  constructor(argv: readonly string[], declared: DeclaredFlags) {
    this.#rest = [...argv]
    this.#declared = declared
  }

  read(): void {
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === '--') this.#end()
      else if (!isFlag(word)) this.words.push(word)
      else if (word.startsWith('--')) this.#readLong(word)
      else this.#readShort(word.slice(1))
    }
  }

  #end(): void {
    const rest = this.#rest.splice(0)
    if (this.words.length === 0) this.command = rest
    this.words.push(...rest)
  }

  #readLong(word: string): void {
    const [typed, value] = splitAtEquals(word)
    const name = flagNamed(word, this.#declared)
    if (name === null) this.#refuseUnknown(typed)
    else if (typed === `--${name}`) this.#take(name, typed, value)
    else this.#switch(name, typed, value, false)
  }

  /** `-q mail`, `-qmail`, `-q=mail`, and several flags in one word, of which only the last one can take a value. */
  #readShort(letters: string, word = letters): void {
    const name = flagNamed(`-${letters}`, this.#declared)
    const [char = '', ...others] = letters
    const rest = others.join('')
    if (name === null) {
      const [typed] = splitAtEquals(rest === '' || rest.startsWith('=') ? letters : word)
      this.#refuseUnknown(`-${typed}`)
      return
    }
    const isValue = rest.startsWith('=') || (rest !== '' && this.#declared[name]?.type === 'option')
    this.#take(name, `-${char}`, isValue ? rest.replace(/^=/, '') : undefined)
    if (rest !== '' && !isValue) this.#readShort(rest, word)
  }

  #take(name: string, typed: string, value: string | undefined): void {
    if (this.#declared[name]?.type === 'boolean') this.#switch(name, typed, value, true)
    else {
      const given = value ?? this.#valueFor(typed)
      if (given === '')
        this.mistakes.push(new UsageError('E_USAGE', `${typed} needs a value`, 'the one given is empty'))
      else if (given !== undefined) this.options.push([name, given])
    }
  }

  /** The next word. A word that looks like a flag is one; as a value it must be written with `=`. */
  #valueFor(typed: string): string | undefined {
    const next = this.#rest[0]
    if (next !== undefined && !isFlag(next)) return this.#rest.shift()
    const hint = next === undefined || next === '--' ? undefined : `if ${next} is the value, write ${typed}=${next}`
    this.mistakes.push(new UsageError('E_USAGE', `${typed} needs a value`, hint))
    return undefined
  }

  #switch(name: string, typed: string, value: string | undefined, whenTrue: boolean): void {
    const truth = value === undefined ? true : truthOf(value)
    if (truth !== null) this.booleans.set(name, truth === whenTrue)
    else {
      const hint = `write ${typed}, ${typed}=true or ${typed}=false`
      this.mistakes.push(new UsageError('E_USAGE', `${typed} takes no value ${JSON.stringify(value)}`, hint))
    }
  }

  #refuseUnknown(typed: string): void {
    const names = Object.keys(this.#declared)
    const nearest = nearestName(typed.replace(/^--?/, ''), names)
    const hint = nearest === null ? 'see --help for those there are' : `did you mean "--${nearest}"?`
    this.mistakes.push(new UsageError('E_USAGE', `there is no flag ${typed}`, hint))
  }
}

/** A flag as it was typed, and the value that was given with it. */
function splitAtEquals(word: string): readonly [typed: string, value: string | undefined] {
  const end = word.indexOf('=')
  return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)]
}

/** What the value of a boolean flag means; null if it means neither. */
export function truthOf(value: string): boolean | null {
  if (/^(?:true|yes|1)$/i.test(value)) return true
  return /^(?:false|no|0)$/i.test(value) ? false : null
}
