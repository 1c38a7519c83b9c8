import type { Interfaces } from '@oclif/core'
import { UsageError } from '../domain/errors.js'
import { nearestName } from '../domain/names.js'
import { type DeclaredFlags, flagNamed, helpAndVersion, isFlag, type ReadArgv, readArgv } from './argv.js'

/** What a command line asks for. */
export type CommandLine =
  | { readonly kind: 'version' }
  /** The help of a command or a topic; null: of the program. */
  | { readonly kind: 'help'; readonly id: string | null }
  | { readonly kind: 'command'; readonly id: string; readonly argv: readonly string[] }

/** The commands there are, as oclif knows them. */
export type Commands = Pick<Interfaces.Config, 'commands' | 'findCommand' | 'findTopic'>

/** Finds the command. Global flags may stand before and between its words. Throws UsageError if there is none. */
export function readCommandLine(typed: readonly string[], globals: DeclaredFlags, commands: Commands): CommandLine {
  const everywhere = { ...globals, ...helpAndVersion }
  const { words, behind } = wordsFirst(typed, everywhere)
  const id = commandOf(words, commands)
  const flags = id === null ? {} : commands.findCommand(id)?.flags
  const argv = [...words.slice(id?.split(':').length ?? 0), ...behind]
  const read = readArgv(argv, { ...everywhere, ...flags })
  if (read.booleans.get('help') === true) return { kind: 'help', id: id ?? topicOf(words, commands) }
  if (read.booleans.get('version') === true) return { kind: 'version' }
  if (id !== null) return { kind: 'command', id, argv }
  const unknown = behind.find((word) => isFlag(word) && flagNamed(word, everywhere) === null) ?? null
  if (behind.length > 0) refuseFlagsAlone(words, read, unknown, commands)
  return { kind: 'help', id: topicOf(words, commands) }
}

/**
 * Whose help "help WORDS" shows: of a command, a topic or (null) the program. Throws UsageError if the words are none.
 */
export function readHelpLine(words: readonly string[], commands: Commands): string | null {
  const id = commandOf(words, commands) ?? topicOf(words, commands)
  const extra = words[id?.split(':').length ?? 0]
  if (extra === undefined) return id
  throw new UsageError(
    'E_USAGE',
    `${JSON.stringify(extra)} is one word too many`,
    'write such as: offstage help jobs list',
  )
}

/** Splits the words that may name the command from all that follows. Global flags among the words move behind them. */
function wordsFirst(typed: readonly string[], globals: DeclaredFlags) {
  const rest = [...typed]
  const [words, hoisted]: [string[], string[]] = [[], []]
  for (let word = rest[0]; word !== undefined && word !== '--'; word = rest[0]) {
    if (isFlag(word)) {
      const length = lengthOfFlag(word, rest[1], globals)
      if (length === 0) break
      hoisted.push(...rest.splice(0, length))
    } else words.push(...rest.splice(0, 1))
  }
  return { words, behind: [...hoisted, ...rest] }
}

/** How many words a global flag takes; 0 if it is none. */
function lengthOfFlag(word: string, next: string | undefined, globals: DeclaredFlags): number {
  const name = flagNamed(word, globals)
  if (name === null) return 0
  const takesNext = globals[name]?.type === 'option' && !word.includes('=') && next !== undefined && !isFlag(next)
  return takesNext ? 2 : 1
}

/** The longest command that the words begin with. */
function commandOf(words: readonly string[], commands: Commands): string | null {
  for (let length = words.length; length > 0; length--) {
    const id = idOf(words.slice(0, length))
    if (id !== null && commands.findCommand(id) !== undefined) return id
  }
  return null
}

/** The id of these words: oclif puts colons between them. null for a word that has a colon itself. */
function idOf(words: readonly string[]): string | null {
  return words.some((word) => word.includes(':')) ? null : words.join(':')
}

/** The topic that the words are; null for the program itself. Throws UsageError if they are none. */
function topicOf(words: readonly string[], commands: Commands): string | null {
  if (words.length === 0) return null
  const id = idOf(words)
  if (id !== null && commands.findTopic(id) !== undefined) return id
  throw unknownCommand(words, commands)
}

function refuseFlagsAlone(
  words: readonly string[],
  { mistakes, command }: ReadArgv,
  unknown: string | null,
  commands: Commands,
): never {
  const topic = topicOf(words, commands)
  if (topic !== null) {
    throw new UsageError('E_USAGE', `${topic} needs a command before its flags`, `see "offstage ${topic} --help"`)
  }
  if (unknown !== null && commands.commands.some(({ flags }) => flagNamed(unknown, flags) !== null)) {
    const typed = unknown.replace(/=[\s\S]*$/, '')
    throw new UsageError(
      'E_USAGE',
      `${typed} stands before the command`,
      'only global flags may; write it behind the name',
    )
  }
  const [mistake] = mistakes
  if (mistake !== undefined) throw mistake
  if (command === null) throw new UsageError('E_USAGE', 'there is no command', 'see "offstage --help"')
  throw new UsageError('E_USAGE', 'there is no command before "--"', 'to run one as a job: offstage run -- make test')
}

/** Names the command that was probably meant. Two words may be a command and its argument. */
function unknownCommand(words: readonly string[], commands: Commands): UsageError {
  const ids = commands.commands.filter(({ hidden }) => hidden !== true).map(({ id }) => id.replaceAll(':', ' '))
  const [first = '', second] = words
  const topic = idOf([first])
  if (second !== undefined && topic !== null && commands.findTopic(topic) !== undefined) {
    // Compared without the topic: its name would make every command of the topic look near.
    const names = ids.flatMap((id) => (id.startsWith(`${first} `) ? id.slice(first.length + 1) : []))
    const nearest = nearestName(second, names)
    return noCommand(`${first} ${second}`, nearest === null ? `${first} --help` : `${first} ${nearest}`)
  }
  const both = second === undefined ? null : nearestName(`${first} ${second}`, ids)
  if (both?.includes(' ')) return noCommand(`${first} ${second}`, both)
  return noCommand(first, both ?? nearestName(first, ids) ?? '--help')
}

function noCommand(typed: string, instead: string): UsageError {
  const hint = instead.endsWith('--help') ? `see "offstage ${instead}"` : `did you mean "offstage ${instead}"?`
  return new UsageError('E_UNKNOWN_COMMAND', `no command ${typed === '' ? '""' : typed}`, hint)
}
