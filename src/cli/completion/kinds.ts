/** What names there are to offer. Jobs by what a command can do with them. */
export type NameKind =
  | 'tasks'
  | 'queues'
  | 'schedules'
  | 'workers'
  | 'zones'
  | 'jobs'
  | 'unfinished-jobs'
  | 'ended-jobs'
  | 'failed-jobs'
  | 'commands'

type Place = 'files' | 'folders'

const flagNames: Readonly<Record<string, NameKind>> = {
  queue: 'queues',
  queues: 'queues',
  task: 'tasks',
  schedule: 'schedules',
  tz: 'zones',
}

/** Whose names the value of a flag may be; null if it is none. */
export function namesOfFlag(flag: string): NameKind | null {
  return Object.hasOwn(flagNames, flag) ? (flagNames[flag] ?? null) : null
}

/** Whether the value of a flag is a file or a folder. */
export function placeOfFlag(flag: string, helpValue: string): Place | null {
  if (/\bDIR\b/.test(helpValue) || flag === 'cwd') return 'folders'
  return /^FILE\b/.test(helpValue) ? 'files' : null
}

/** By command: what its words are. `first` alone: those behind it are not completed. */
const argumentNames: Readonly<
  Record<string, { readonly first: NameKind | Place; readonly others?: NameKind | Place }>
> = {
  help: { first: 'commands', others: 'commands' },
  init: { first: 'folders' },
  run: { first: 'tasks', others: 'files' },
  schedule: { first: 'tasks', others: 'files' },
  'schedule:import': { first: 'files' },
  'schedule:next': { first: 'schedules' },
  'schedule:history': { first: 'schedules' },
  'schedule:pause': { first: 'schedules', others: 'schedules' },
  'schedule:resume': { first: 'schedules', others: 'schedules' },
  'schedule:remove': { first: 'schedules', others: 'schedules' },
  'schedule:trigger': { first: 'schedules' },
  status: { first: 'jobs' },
  'jobs:show': { first: 'jobs' },
  'jobs:logs': { first: 'jobs' },
  'jobs:cancel': { first: 'unfinished-jobs', others: 'unfinished-jobs' },
  'jobs:wait': { first: 'unfinished-jobs', others: 'unfinished-jobs' },
  'jobs:retry': { first: 'failed-jobs', others: 'failed-jobs' },
  'jobs:remove': { first: 'ended-jobs', others: 'ended-jobs' },
  'queues:pause': { first: 'queues', others: 'queues' },
  'queues:resume': { first: 'queues', others: 'queues' },
  'queues:clear': { first: 'queues', others: 'queues' },
  'workers:stop': { first: 'workers', others: 'workers' },
  'store:backup': { first: 'files' },
}

/** What a word of a command is, by its place; null if it is not known. */
export function namesOfArguments(id: string, place: number): NameKind | Place | null {
  const names = Object.hasOwn(argumentNames, id) ? argumentNames[id] : undefined
  if (names === undefined) return null
  return place === 0 ? names.first : (names.others ?? null)
}
