import { type DeclaredFlags, flagNamed, helpAndVersion, isFlag } from '../argv.js'
import type { KnownCommand, KnownFlag, Manifest } from './manifest.js'

/** What has been typed of a command line up to the word at the cursor. */
export interface TypedLine {
  /** The words that name a command or a topic. */
  readonly path: readonly string[]
  /** null: the path is no command, or not yet. */
  readonly command: KnownCommand | null
  /** Whether the word at the cursor may go on with the path. */
  readonly pathIsOpen: boolean
  /** The words before the cursor that are arguments. */
  readonly words: readonly string[]
  readonly flags: ReadonlyMap<string, string | true>
  /** The flag whose value is at the cursor; null if there is none. */
  readonly openFlag: KnownFlag | null
  /** How many words stand after a `--`; null if there is none. */
  readonly afterDashes: number | null
  /** The word at the cursor, up to the cursor. */
  readonly partial: string
}

/** Reads the words after the name of the program. The last one is at the cursor, and may be empty. Throws nothing. */
export function readTypedLine(typed: readonly string[], manifest: Manifest): TypedLine {
  const globals = globalFlags(manifest)
  const path: string[] = []
  const words: string[] = []
  const flags = new Map<string, string | true>()
  let pathIsOpen = true
  let openFlag: KnownFlag | null = null
  let afterDashes: number | null = null
  const command = () => manifest.commands[path.join(':')] ?? null
  const declared = (): Readonly<Record<string, KnownFlag>> => ({ ...globals, ...command()?.flags, ...helpFlags })
  const readFlag = (word: string) => {
    const name = flagNamed(word, declared() as DeclaredFlags)
    const flag = name === null ? undefined : declared()[name]
    if (name === null || flag === undefined) return
    if (globals[name] === undefined) pathIsOpen = false
    const value = valueWithin(word)
    if (flag.type === 'option' && value === null) openFlag = flag
    else flags.set(name, value ?? true)
  }
  for (const word of typed.slice(0, -1)) {
    if (afterDashes !== null) afterDashes++
    else if (openFlag !== null && !isFlag(word)) {
      flags.set((openFlag as KnownFlag).name, word)
      openFlag = null
    } else if (word === '--') [afterDashes, openFlag, pathIsOpen] = [0, null, false]
    else if (isFlag(word)) {
      openFlag = null
      readFlag(word)
    } else if (pathIsOpen && isOfPath([...path, word], manifest)) path.push(word)
    else {
      pathIsOpen = false
      words.push(word)
    }
  }
  return { path, command: command(), pathIsOpen, words, flags, openFlag, afterDashes, partial: typed.at(-1) ?? '' }
}

const helpFlags: Readonly<Record<string, KnownFlag>> = {
  help: { ...helpAndVersion.help, name: 'help', summary: 'Show help' },
  version: { ...helpAndVersion.version, name: 'version', summary: 'Show the version' },
}

/** The flags that may stand before the command: those that every command with data has. */
export function globalFlags({ commands }: Manifest): Readonly<Record<string, KnownFlag>> {
  const all = commands.status?.flags ?? {}
  return Object.fromEntries(['store', 'cwd', 'color', 'json'].flatMap((name) => (all[name] ? [[name, all[name]]] : [])))
}

/** The flags of a command, or (null) of the program alone. */
export function flagsOf(command: KnownCommand | null, manifest: Manifest): readonly KnownFlag[] {
  return Object.values({ ...(command?.flags ?? globalFlags(manifest)), ...helpFlags })
}

function isOfPath(words: readonly string[], { commands, topics }: Manifest): boolean {
  const id = words.join(':')
  return Object.hasOwn(topics, id) || (Object.hasOwn(commands, id) && commands[id]?.hidden !== true)
}

/** The value in `--flag=value`, `-q=mail` or `-qmail`; null if the word has none. */
function valueWithin(word: string): string | null {
  const equals = word.indexOf('=')
  if (equals >= 0) return word.slice(equals + 1)
  return !word.startsWith('--') && word.length > 2 ? word.slice(2) : null
}
