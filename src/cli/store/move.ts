import { type Context, storeOfFlag } from '../../app/context.js'
import { type MoveEnds, moveEnds, namesOf } from '../../app/store/move-ends.js'
import { type Move, moveStore, previewMove, undoMove } from '../../app/store/move-store.js'
import { confirm } from '../confirm.js'
import { exitCodes } from '../exit-codes.js'
import { say } from '../say.js'
import { takeSignals } from '../signals.js'

interface MoveFlags {
  readonly from?: string | undefined
  readonly to: string
  readonly 'dry-run': boolean
  readonly undo: boolean
  readonly yes: boolean
}

/** Moves the store, or gives that up, or with `--dry-run` only says what there is. A signal sets the exit code. */
export async function move(context: Context, { from, to, undo, yes, ...flags }: MoveFlags) {
  const source = from === undefined ? context.location : storeOfFlag(context, from, '--from')
  const ends = moveEnds(source, storeOfFlag(context, to, '--to'))
  const names = namesOf(ends)
  if (flags['dry-run']) return { ...names, answer: 'would be moved', ...(await interruptibly((s) => preview(ends, s))) }
  const what = undo ? `Give the move of ${names.from} to ${names.to} up` : `Move ${names.from} to ${names.to}`
  if (!(yes || (await confirm(`${what}?`)))) return { ...names, answer: 'kept' }
  if (undo) {
    const isDone = await interruptibly(async (signal) => {
      await undoMove(ends, signal)
      say(`${names.from} is in use again, and ${names.to} is empty`)
      return {}
    })
    return { ...names, answer: isDone === null ? 'interrupted' : 'given up' }
  }
  const moved = await interruptibly(async (signal) => told(await moveStore(ends, signal), names))
  return { ...names, answer: moved === null ? 'interrupted' : 'moved', ...moved }
}

async function preview(ends: MoveEnds, signal: AbortSignal) {
  const { counts } = await previewMove(ends, signal)
  say(`would move ${inWords(counts)}`)
  return { counts: Object.fromEntries(counts) }
}

function told({ counts, requeued, lost }: Move, { from, to }: ReturnType<typeof namesOf>) {
  say(`moved ${inWords(counts)}`)
  if (requeued > 0) say(`${requeued} ${requeued === 1 ? 'job' : 'jobs'} of dead workers will run again`)
  if (lost > 0) say(`${lost} ${lost === 1 ? 'job' : 'jobs'} with the stdin of a run that is dead failed`)
  say(`Use --store ${to} from now on; ${from} is kept, and nobody can use it.`)
  return { requeued, lost, counts: Object.fromEntries(counts) }
}

const words: readonly (readonly [kind: string, one: string, more: string])[] = [
  ['job', 'job', 'jobs'],
  ['output', 'line of output', 'lines of output'],
  ['queue', 'queue', 'queues'],
  ['schedule', 'schedule', 'schedules'],
  ['slot', 'slot', 'slots'],
  ['token', 'token', 'tokens'],
  ['statistics', 'row of statistics', 'rows of statistics'],
  ['failure', 'group of failures', 'groups of failures'],
  ['samples', 'sample of a queue', 'samples of queues'],
]

function inWords(counts: Move['counts']): string {
  const found: ReadonlyMap<string, number> = counts
  const parts = words.map(([kind, one, more]) => [kind, found.get(kind) ?? 0, one, more] as const)
  return parts
    .filter(([kind, count]) => kind === 'job' || count > 0)
    .map(([, count, one, more]) => `${count} ${count === 1 ? one : more}`)
    .join(', ')
}

async function interruptibly<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const interruption = takeSignals(exitCodes.interrupted)
  try {
    return await act(interruption.graceful)
  } catch (thrown) {
    if (!interruption.graceful.aborted) throw thrown
    say('interrupted: run the same command again to go on, or with --undo to give the move up')
    process.exitCode = interruption.exitCode
    return null
  } finally {
    interruption.release()
  }
}
