import { inBatches, smallBatchSize } from '../../app/batches.js'
import { noJob } from '../../app/jobs/find-job.js'
import { countOlder, type FoundJobs, findJobs } from '../../app/jobs/found-jobs.js'
import type { JobId, JobState } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { confirm } from '../confirm.js'
import { exitCodes } from '../exit-codes.js'
import { say, sayError } from '../say.js'
import { takeSignals } from '../signals.js'
import type { BulkTarget } from './bulk-flags.js'
import { dryRunText, foundText, plural } from './bulk-text.js'
import { ProgressLine } from './progress-line.js'

/** What became of one job. */
export interface BulkItem {
  readonly id: JobId
  readonly answer: string
}

/** Something that can be done to many jobs. */
export interface BulkAction<Item extends BulkItem = BulkItem> {
  /** As in `retry`, `Retry 3 jobs?` and `retried 3 jobs`. */
  readonly verb: string
  readonly past: string
  /** The states of the jobs that a filter finds if it names none. */
  readonly states: readonly JobState[]
  /** The answers that mean that it was done. */
  readonly done: readonly Item['answer'][]
  /** The answers that mean that it could not be done to a job that somebody named. */
  readonly refused: readonly Item['answer'][]
  /** Why jobs stay to which it could not be done for another reason than a change since they were found. */
  readonly kept: Readonly<Partial<Record<Item['answer'], string>>>
  act(store: Store, ids: readonly JobId[], states: readonly JobState[] | undefined): Promise<readonly Item[]>
  /** What became of a job, in words: `j1 has ended already`. */
  text(item: Item): string
}

/** Does it to the jobs that are meant, and says what became of them. Sets the exit code. */
export async function actOn<Item extends BulkItem>(
  store: Store,
  action: BulkAction<Item>,
  target: BulkTarget,
): Promise<readonly BulkItem[]> {
  if (target.kind === 'ids') return actOnIds(store, action, target.ids)
  const found = await findJobs(store, target.filter, target.filter.states ?? action.states)
  if (target.dryRun) {
    say(dryRunText(action.verb, found, await countOlder(store, target.filter, found)))
    return found.ids.map((id) => ({ id, answer: `would be ${action.past}` }))
  }
  if (!(await isWanted(action, found, target.yes))) return []
  return actOnFound(store, action, found)
}

/** Whether to do it: false, and a line says so, if nothing was found. */
export async function isWanted(action: Pick<BulkAction, 'verb'>, found: FoundJobs, yes: boolean): Promise<boolean> {
  if (found.ids.length === 0) {
    say('No such jobs.')
    return false
  }
  const { verb } = action
  return yes || confirm(`${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${foundText(found)}?`)
}

/** Does it to jobs that a person named, and says of each what became of it. */
export async function actOnIds<Item extends BulkItem>(
  store: Store,
  action: BulkAction<Item>,
  ids: readonly JobId[],
): Promise<readonly Item[]> {
  const { items, interrupted } = await inTurn(store, action, ids, undefined, (item) => {
    if (item.answer !== 'unknown') say(action.text(item))
  })
  const unknown = items.filter(({ answer }) => answer === 'unknown')
  for (const { id } of unknown) {
    const { message, hint } = noJob(id)
    sayError(message, id === unknown.at(-1)?.id ? hint : null)
  }
  if (unknown.length > 0) process.exitCode = exitCodes.notFound
  else if (items.some(({ answer }) => action.refused.includes(answer))) process.exitCode = exitCodes.failed
  if (interrupted) sayInterrupted(items.length, ids.length)
  return items
}

/** Does it to jobs that a filter found, and sums up. Those that have changed since then stay as they are. */
export async function actOnFound<Item extends BulkItem>(
  store: Store,
  action: BulkAction<Item>,
  { ids, states }: Pick<FoundJobs, 'ids' | 'states'>,
): Promise<readonly Item[]> {
  const { items, interrupted } = await inTurn(store, action, ids, states, () => {})
  const done = items.filter(({ answer }) => action.done.includes(answer)).length
  say([`${action.past} ${plural(done)}`, ...keptTexts(action, items)].join('; '))
  if (interrupted) sayInterrupted(items.length, ids.length)
  return items
}

/** `2 stay: another job holds their unique key`, for each reason. */
function keptTexts<Item extends BulkItem>(action: BulkAction<Item>, items: readonly Item[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { answer } of items) {
    if (action.done.includes(answer)) continue
    const why = action.kept[answer as Item['answer']] ?? 'changed meanwhile'
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts].map(([why, count]) => `${count} ${count === 1 ? 'stays' : 'stay'}: ${why}`)
}

function sayInterrupted(handled: number, of: number): void {
  say(`interrupted after ${handled} of ${plural(of)}`)
  process.exitCode = exitCodes.interrupted
}

/** Batch by batch, so that others can write in between, until a signal. */
async function inTurn<Item extends BulkItem>(
  store: Store,
  action: BulkAction<Item>,
  ids: readonly JobId[],
  states: readonly JobState[] | undefined,
  handled: (item: Item) => void,
): Promise<{ readonly items: readonly Item[]; readonly interrupted: boolean }> {
  const interruption = takeSignals(exitCodes.interrupted)
  const bar = process.stderr.isTTY && ids.length > smallBatchSize ? new ProgressLine(process.stderr) : null
  const items: Item[] = []
  try {
    for (const some of inBatches(ids, smallBatchSize)) {
      if (interruption.graceful.aborted) break
      const answers = await action.act(store, some, states)
      items.push(...answers)
      bar?.above(() => {})
      for (const answer of answers) handled(answer)
      bar?.show(items.length / ids.length, `${items.length} of ${ids.length}`)
    }
  } finally {
    bar?.above(() => {})
    interruption.release()
  }
  return { items, interrupted: items.length < ids.length }
}
