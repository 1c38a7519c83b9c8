import type { AttemptId, Catalog, EnqueueRequest, TaskOutput, TaskProgress, Verdict } from './messages.js'
import type { PackedAttempt, PackedEnd } from './packed.js'

/** Reports of a task process that a host passes on unchanged. */
export type TaskProcessFact =
  | { readonly type: 'output'; readonly output: readonly TaskOutput[] }
  | { readonly type: 'progress'; readonly progress: readonly TaskProgress[] }
  /** Something went wrong that may harm later jobs: replace the process when its running jobs have ended. */
  | { readonly type: 'recycle' }

/** What a task process sends to its worker. */
export type FromTaskProcess =
  | TaskProcessFact
  /** Sent before the top level of a module runs: it may end the process or never finish. */
  | { readonly type: 'loading'; readonly file: string }
  | { readonly type: 'loaded'; readonly catalog: Catalog }
  /** It cannot load the tasks, and ends. */
  | { readonly type: 'not loaded'; readonly message: string }
  /**
   * Jobs that have ended, and jobs that start now: sent before their first line runs. Another one follows when their
   * first lines have run, even if it has nothing else to say: they have not blocked the event loop. `activeMs`: how long the event
   * loop was active since the last one.
   */
  | {
      readonly type: 'turn'
      readonly ends: readonly PackedEnd[]
      readonly started: readonly PackedAttempt[]
      /** False: it is sent while the first lines of the jobs that started last still run. */
      readonly isNew: boolean
      readonly activeMs: number
    }
  /** The answer to `recall`: these have not started, and will not. */
  | { readonly type: 'returned'; readonly jobs: readonly AttemptId[] }
  | { readonly type: 'checked'; readonly ask: number; readonly verdicts: readonly Verdict[] }
  | { readonly type: 'enqueue'; readonly ask: number; readonly request: EnqueueRequest }

type Fields = Readonly<Record<string, unknown>>

const shapes: Readonly<Record<FromTaskProcess['type'], (message: Fields) => boolean>> = {
  output: ({ output }) => Array.isArray(output),
  progress: ({ progress }) => Array.isArray(progress),
  recycle: () => true,
  loading: ({ file }) => typeof file === 'string',
  loaded: ({ catalog }) => isObject(catalog) && Array.isArray(catalog.tasks) && Array.isArray(catalog.faults),
  'not loaded': ({ message }) => typeof message === 'string',
  turn: ({ ends, started, isNew, activeMs }) =>
    Array.isArray(ends) && Array.isArray(started) && typeof isNew === 'boolean' && typeof activeMs === 'number',
  returned: ({ jobs }) => Array.isArray(jobs),
  checked: ({ verdicts }) => Array.isArray(verdicts),
  enqueue: ({ request }) => isObject(request),
}

/**
 * Whether a task process may have sent it, by its outline. Tasks can send anything, and can change all
 * objects or all arrays that are sent.
 */
export function isReadable(message: unknown): message is FromTaskProcess {
  if (!isObject(message)) return false
  const { type } = message
  return typeof type === 'string' && Object.hasOwn(shapes, type) && shapes[type as FromTaskProcess['type']](message)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
