import { isFlag } from '../argv.js'
import { type NameKind, namesOfArguments, namesOfFlag, placeOfFlag } from './kinds.js'
import type { Manifest } from './manifest.js'
import { flagsOf, readTypedLine, type TypedLine } from './typed-line.js'

/** A word that may stand at the cursor. */
export interface Candidate {
  readonly value: string
  /** A few words for people; empty if there are none. */
  readonly description: string
}

/** What the shell is to offer: these words, or what it knows itself. */
export interface Completion {
  readonly kind: 'words' | 'files' | 'folders' | 'programs'
  readonly words: readonly Candidate[]
}

/** Where names come from. `partial` is what has been typed of the name. */
export type FindNames = (kind: NameKind, line: TypedLine, partial: string) => Promise<readonly Candidate[]>

const nothing: Completion = { kind: 'words', words: [] }

/**
 * What may stand at the cursor. `typed` are the words after the name of the program; the last one is at the cursor.
 * Rejects only if `findNames` does.
 */
export async function complete(
  typed: readonly string[],
  manifest: Manifest,
  findNames: FindNames,
): Promise<Completion> {
  const line = readTypedLine(typed, manifest)
  const { partial, command, afterDashes } = line
  if (afterDashes !== null) return outsideFlags(line, afterDashes, manifest, findNames)
  if (line.openFlag !== null) return valuesOf(line.openFlag.name, '', partial, line, findNames)
  if (isFlag(partial) || partial === '-') {
    const [, flag, value] = /^--([\w-]+)=(.*)$/s.exec(partial) ?? []
    if (flag !== undefined) return valuesOf(flag, `--${flag}=`, value ?? '', line, findNames)
    return among(flagWords(line, manifest), partial)
  }
  const next = line.pathIsOpen ? nextWords(line.path, manifest) : []
  const ofCommand = command === null ? nothing : await argumentsOf(line, findNames)
  if (ofCommand.kind !== 'words') return ofCommand
  return among([...next, ...ofCommand.words], partial)
}

/** The words after a `--`: a command to run, or else arguments. */
async function outsideFlags(
  line: TypedLine,
  count: number,
  manifest: Manifest,
  findNames: FindNames,
): Promise<Completion> {
  const { command, words, partial } = line
  const takesCommand = command !== null && ['run', 'schedule'].includes(command.id) && words.length === 0
  if (takesCommand) return { kind: count === 0 ? 'programs' : 'files', words: [] }
  if (command === null || manifest.commands[command.id] === undefined) return nothing
  const ofCommand = await argumentsOf(line, findNames)
  return ofCommand.kind === 'words' ? among(ofCommand.words, partial) : ofCommand
}

/** The first words of commands and topics that go on from `path`. */
function nextWords(path: readonly string[], { commands, topics }: Manifest): readonly Candidate[] {
  const words = new Map<string, string>()
  for (const [id, { summary = '', hidden }] of Object.entries(commands)) {
    const parts = id.split(':')
    const [next, ...more] = parts.slice(path.length)
    if (hidden === true || next === undefined || parts.slice(0, path.length).join(':') !== path.join(':')) continue
    if (more.length === 0) words.set(next, summary)
    else if (!words.has(next)) words.set(next, topics[[...path, next].join(':')]?.description ?? '')
  }
  return [...words].map(([value, description]) => ({ value, description }))
}

function flagWords({ command, flags }: TypedLine, manifest: Manifest): readonly Candidate[] {
  return flagsOf(command, manifest).flatMap((flag) => {
    const { name, summary = '', hidden, multiple, allowNo } = flag
    if (hidden === true || (flags.has(name) && multiple !== true)) return []
    const negated = allowNo === true ? [{ value: `--no-${name}`, description: summary }] : []
    return [{ value: `--${name}`, description: summary }, ...negated]
  })
}

/** Values of a flag. `head` is what stands before the value in the same word. */
async function valuesOf(
  name: string,
  head: string,
  partial: string,
  line: TypedLine,
  findNames: FindNames,
): Promise<Completion> {
  const flag = line.command?.flags[name]
  if (flag?.type === 'boolean') return nothing
  const place = placeOfFlag(name, flag?.helpValue ?? '')
  if (place !== null) return { kind: place, words: [] }
  if (flag?.options !== undefined) return among(withHead(head, flag.options.map(plain)), head + partial)
  const kind = namesOfFlag(name)
  if (kind === null) return nothing
  // A list of queues: the last one is completed.
  const before = name === 'queues' ? partial.replace(/[^,]*$/, '') : ''
  const names = await findNames(kind, line, partial.slice(before.length))
  return among(withHead(head + before, names), head + partial)
}

async function argumentsOf(line: TypedLine, findNames: FindNames): Promise<Completion> {
  const { command, words, partial } = line
  if (command === null) return nothing
  const declared = Object.values(command.args)
  if (command.strict !== false && words.length >= declared.length) return nothing
  const options = declared[words.length]?.options
  if (options !== undefined) return { kind: 'words', words: options.map(plain) }
  const kind = namesOfArguments(command.id, words.length)
  if (kind === null) return nothing
  if (kind === 'files' || kind === 'folders') return { kind, words: [] }
  const names = await findNames(kind, line, partial)
  return { kind: 'words', words: names.filter(({ value }) => !words.includes(value)) }
}

const plain = (value: string): Candidate => ({ value, description: '' })

function withHead(head: string, words: readonly Candidate[]): readonly Candidate[] {
  return words.map(({ value, description }) => ({ value: head + value, description }))
}

// Neither a shell nor a terminal can take any of these for more than a character.
const harmless = /^[\w.:=@%+,/-]+$/

/** Those that begin with what has been typed. A name that a shell would have to quote is left out. */
function among(words: readonly Candidate[], partial: string): Completion {
  const fitting = words.filter(({ value }) => value.startsWith(partial) && harmless.test(value))
  return { kind: 'words', words: fitting }
}
