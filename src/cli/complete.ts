import { resolve } from 'node:path'
import { KnownNames } from '../app/completion/known-names.js'
import { type JobState, jobStates } from '../domain/job.js'
import { isFinal } from '../domain/transitions.js'
import { visibleLine } from '../views/sanitise.js'
import { type Candidate, type Completion, complete, type FindNames } from './completion/complete.js'
import type { NameKind } from './completion/kinds.js'
import { type Manifest, readManifest } from './completion/manifest.js'
import { bashWords, keptByBash } from './completion/shell-words.js'
import type { TypedLine } from './completion/typed-line.js'

/**
 * Answers a shell that asks what may stand at the cursor: `__complete bash BREAKS LINE`, or `__complete zsh|fish WORDS...`.
 * The first line is `words`, `files`, `folders` or `programs`, the others are words. It says nothing and exits 0 when
 * something is wrong: nobody wants an error in the middle of a line that is being typed.
 */
export async function main(): Promise<void> {
  try {
    const [shell = '', ...rest] = process.argv.slice(3)
    const [breaks = '', line = ''] = shell === 'bash' ? rest : []
    const typed = shell === 'bash' ? afterProgram(bashWords(line, process.env.HOME)) : rest
    const manifest = readManifest()
    const completion = await complete(typed, manifest, findNames(manifest))
    process.stdout.write(answerFor(shell, completion, keptByBash(line, breaks)))
  } catch {}
}

/** Without the program's name, and the assignments that may stand before it. */
function afterProgram(words: readonly string[]): readonly string[] {
  const program = words.findIndex((word) => !/^\w+=/.test(word))
  return words.slice(program + 1)
}

function answerFor(shell: string, { kind, words }: Completion, kept: number): string {
  const lines = words.map(({ value, description }) => {
    if (shell === 'bash') return value.slice(kept)
    const about = visibleLine(description)
    if (shell === 'zsh') return `${value.replaceAll(':', '\\:')}${about === '' ? '' : `:${about}`}`
    return about === '' ? value : `${value}\t${about}`
  })
  return `${[kind, ...lines].join('\n')}\n`
}

const jobStatesOf: Readonly<Partial<Record<NameKind, readonly JobState[] | null>>> = {
  jobs: null,
  'unfinished-jobs': jobStates.filter((state) => !isFinal(state)),
  'ended-jobs': jobStates.filter(isFinal),
  'failed-jobs': ['failed', 'cancelled'],
}

function findNames(manifest: Manifest): FindNames {
  return async (kind, line, partial): Promise<readonly Candidate[]> => {
    const names = knownNames(line)
    switch (kind) {
      case 'tasks':
        return names.tasks(partial)
      case 'queues':
        return names.queues()
      case 'schedules':
        return names.schedules()
      case 'workers':
        return names.workers()
      case 'zones':
        return Intl.supportedValuesOf('timeZone').map((value) => ({ value, description: '' }))
      case 'commands':
        return commandsAfter(line, manifest)
      default:
        return names.jobs(jobStatesOf[kind] ?? null)
    }
  }
}

/** The words after `help`, which name a command. */
function commandsAfter({ words }: TypedLine, { commands }: Manifest): readonly Candidate[] {
  return Object.values(commands).flatMap(({ id, summary = '', hidden }) => {
    const parts = id.split(':')
    const next = parts[words.length]
    if (hidden === true || next === undefined || words.some((word, place) => word !== parts[place])) return []
    return [{ value: next, description: parts.length > words.length + 1 ? '' : summary }]
  })
}

function knownNames({ flags }: TypedLine): KnownNames {
  const text = (name: string, variable: string) => {
    const typed = flags.get(name)
    return typeof typed === 'string' ? typed : process.env[variable] || null
  }
  return new KnownNames(resolve(text('cwd', 'OFFSTAGE_CWD') ?? '.'), text('store', 'OFFSTAGE_STORE'))
}
