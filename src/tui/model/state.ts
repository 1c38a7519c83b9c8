import type { MonitorData, MonitorView } from '../../app/monitor/monitor-data.js'
import type { EpochMs, JobId, WorkerId } from '../../domain/job.js'
import type { JobFilter } from '../../stores/store.js'
import type { Style } from '../../views/glyphs.js'
import type { Action } from './actions.js'

/** All that the picture is made of. Only `update` makes a new one. */
export interface State {
  readonly size: { readonly columns: number; readonly rows: number }
  readonly now: EpochMs
  /** Where this is: the folder and the store, for the head. */
  readonly place: string
  /** What commands need to find the same store, such as ` --store sqlite:x.db`. */
  readonly flags: string
  readonly isReadOnly: boolean
  readonly intervalMs: number
  /** From one look to the next: the interval, or more where a look takes long. */
  readonly pauseMs: number
  readonly view: MonitorView
  /** Where esc leads back to. */
  readonly back: readonly MonitorView[]
  readonly data: Partial<MonitorData>
  /** Why the store does not answer; null if it does. */
  readonly trouble: string | null
  /** The picture stands still. */
  readonly isFrozen: boolean
  /** What the data were read for last: a frozen picture of something else is read once. */
  readonly pictured: Subject | null
  /** The first line of the help that is seen; null: no help. */
  readonly helpRow: number | null
  /** Where the cursor of each view is. It stays with the item, and with the row if the item is gone. */
  readonly cursors: Readonly<Partial<Record<MonitorView, Cursor>>>
  readonly filters: Readonly<Partial<Record<MonitorView, string>>>
  /** Which of its orders each view has. */
  readonly sorts: Readonly<Partial<Record<MonitorView, number>>>
  readonly jobs: JobsView
  /** The schedule whose history is open. */
  readonly schedule: string | null
  /** A filter that is being typed; null: none. */
  readonly typing: string | null
  /** An action that waits for y or n. */
  readonly question: Action | null
  /** An action that is under way. */
  readonly acting: Action | null
  /** What an action came to, or why a key did nothing. */
  readonly message: { readonly text: string; readonly style: Style; readonly of?: Action | null } | null
}

/** What a picture is of. */
export interface Subject {
  readonly view: MonitorView
  readonly filter: JobFilter
  readonly schedule: string | null
}

export interface Cursor {
  readonly key: string | null
  readonly row: number
}

export type DetailPart = 'info' | 'log' | 'attempts' | 'args'

export interface JobsView {
  /** Which jobs, and the words for it: `failed`, `mail.send`. */
  readonly filter: JobFilter
  readonly crumbs: readonly string[]
  /** Only the jobs that this worker holds; null: of any. */
  readonly worker: WorkerId | null
  readonly selected: ReadonlySet<JobId>
  readonly part: DetailPart
  /** The part fills the screen. */
  readonly isOpen: boolean
  /** Lines above the last one of the log; 0: follows it. */
  readonly scrolled: number
}

export const allJobs: JobsView = {
  filter: {},
  crumbs: [],
  worker: null,
  selected: new Set(),
  part: 'info',
  isOpen: false,
  scrolled: 0,
}

export function initialState(
  from: Pick<State, 'size' | 'now' | 'place' | 'flags' | 'isReadOnly' | 'intervalMs'>,
): State {
  return {
    ...from,
    pauseMs: from.intervalMs,
    view: 'overview',
    back: [],
    data: {},
    trouble: null,
    isFrozen: false,
    pictured: null,
    helpRow: null,
    cursors: {},
    filters: {},
    sorts: {},
    jobs: allJobs,
    schedule: null,
    typing: null,
    question: null,
    acting: null,
    message: null,
  }
}

/** Too small for frames around things: one line, and the list. */
export function isSmall({ size }: State): boolean {
  return size.columns < 60 || size.rows < 15
}
