import type { FromTaskProcess } from './messages.js'

type Fields = Readonly<Record<string, unknown>>

const shapes: Readonly<Record<FromTaskProcess['type'], (message: Fields) => boolean>> = {
  loading: ({ file }) => typeof file === 'string',
  loaded: ({ catalog }) => isObject(catalog) && Array.isArray(catalog.tasks) && Array.isArray(catalog.faults),
  'not loaded': ({ message }) => typeof message === 'string',
  output: ({ output }) => Array.isArray(output),
  progress: ({ progress }) => Array.isArray(progress),
  turn: ({ ends, started }) => Array.isArray(ends) && Array.isArray(started),
  recycle: () => true,
  returned: ({ jobs }) => Array.isArray(jobs),
  checked: ({ verdicts }) => Array.isArray(verdicts),
  enqueue: ({ request }) => isObject(request),
}

/**
 * Whether it is what a task process says to its worker, as far as its outside shows. Tasks can send what they like, and
 * change what becomes of all objects, or all arrays, on their way.
 */
export function isReadable(message: unknown): message is FromTaskProcess {
  if (!isObject(message)) return false
  const { type } = message
  return typeof type === 'string' && Object.hasOwn(shapes, type) && shapes[type as FromTaskProcess['type']](message)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
