import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { type PauseNote, parseQueueNames, pauseQueues } from '../../app/queues/pause-queues.js'
import { resumeQueues } from '../../app/queues/resume-queues.js'
import type { QueueJson } from '../../views/queue.js'
import { say } from '../say.js'

/** Pauses queues, and says which were paused already or have no jobs. Throws UsageError. */
export async function pause(context: Context, words: readonly string[]): Promise<readonly QueueJson[]> {
  const names = parseQueueNames(words)
  refuseMemory(context, 'queues pause')
  const { items, notes } = await withStore(context, (store) => pauseQueues(store, names))
  for (const note of notes) say(noteText(note))
  return items
}

/** Lets queues run again, and says which were not paused. Throws UsageError and NotFoundError. */
export async function resume(context: Context, words: readonly string[]): Promise<readonly QueueJson[]> {
  const names = parseQueueNames(words)
  refuseMemory(context, 'queues resume')
  const { items, unchanged } = await withStore(context, (store) => resumeQueues(store, names))
  for (const name of unchanged) say(`${name} was not paused`)
  return items
}

function noteText(note: PauseNote): string {
  if (note.kind === 'unchanged') return `${note.name} was paused already`
  const question = note.nearest === null ? '' : `; did you mean ${note.nearest}?`
  return `${note.name} has no jobs yet: those that come will wait${question}`
}
