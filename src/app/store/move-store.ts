import { OffstageError, StoreUnavailableError, UsageError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { type MovableLocation, openExport, openImport, shownUrl } from '../../open.js'
import { movedStore } from '../../stores/moved.js'
import type { RecordKind, StoreExport, StoreImport } from '../../stores/transfer.js'
import { type Digests, differences, digestsOf } from '../../stores/transfer-digest.js'
import { type GivenBack, giveBack, type MoveEnds, refuseLiving } from './move-ends.js'

export interface Move extends GivenBack {
  /** How many records of each kind there are: lines of output, and samples of queues, one by one. */
  readonly counts: ReadonlyMap<RecordKind, number>
}

/**
 * Moves everything from one store into an empty one, and marks the first as moved. A move that was interrupted goes on. Rejects
 * with the reason of the signal when it fires.
 */
export async function moveStore(ends: MoveEnds, signal: AbortSignal): Promise<Move> {
  const source = await openExport(ends.from, systemClock, false)
  try {
    const isMoved = await checkSource(source, ends)
    const target = await openImport(ends.to, systemClock)
    try {
      const back = isMoved ? nothingBack : await begin(source, target, ends, signal)
      if (isMoved) await checkCompleted(target, ends)
      const digests = await compare(source, target, ends, signal)
      await source.markMoved()
      await target.open()
      return { ...back, counts: countsOf(digests) }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** What a move would do. Writes nothing. */
export async function previewMove(ends: MoveEnds, signal: AbortSignal): Promise<Pick<Move, 'counts'>> {
  const source = await openExport(ends.from, systemClock, true)
  try {
    await checkSource(source, ends)
    refuseLiving(ends.from, await source.workers())
    await checkTarget(ends, source)
    return { counts: countsOf(await digestsOf(source, signal)) }
  } finally {
    await source.close()
  }
}

/** Looks at the target without making one. Throws UsageError if it holds anything but a part of this move. */
async function checkTarget(ends: MoveEnds, source: StoreExport): Promise<void> {
  const target = await openIfThere(ends.to)
  if (target === null) return
  try {
    const mark = await target.mark()
    if (mark !== null && mark.identity === (await source.identity())) return
    for await (const [first, ...more] of target.records()) {
      const isNothing = first?.kind === 'counters' && first.job + first.worker + first.schedulesVersion === 0
      if (first !== undefined && (more.length > 0 || !isNothing)) throw notEmpty(ends)
    }
  } finally {
    await target.close()
  }
}

async function openIfThere(location: MovableLocation): Promise<StoreExport | null> {
  try {
    return await openExport(location, systemClock, true)
  } catch (thrown) {
    if (thrown instanceof StoreUnavailableError && thrown.code === 'E_STORE_NONE') return null
    throw thrown
  }
}

const nothingBack: GivenBack = { requeued: 0, lost: 0 }

/** Whether the source was marked as moved already. */
async function checkSource(source: StoreExport, { from, to }: MoveEnds): Promise<boolean> {
  const mark = await source.mark()
  if (mark === null) return false
  if (mark.state === 'filling' || mark.state === 'checked' || mark.other !== shownUrl(to)) {
    throw movedStore(`store ${shownUrl(from)}`, mark)
  }
  return mark.state === 'moved'
}

/** The last step of a move was interrupted, or it is complete. */
async function checkCompleted(target: StoreImport, { from, to }: MoveEnds): Promise<void> {
  if ((await target.mark()) !== null) return
  throw movedStore(`store ${shownUrl(from)}`, { state: 'moved', other: shownUrl(to) })
}

async function begin(
  source: StoreExport,
  target: StoreImport,
  { from, to }: MoveEnds,
  signal: AbortSignal,
): Promise<GivenBack> {
  const [there, workers] = [await target.mark(), await source.workers()]
  if (there === null && !(await target.isEmpty())) throw notEmpty({ from, to })
  const isNew = (await source.mark()) === null
  if (isNew) refuseLiving(from, workers)
  const back = isNew ? await giveBack(from, workers) : nothingBack
  if ((await source.seal(shownUrl(to))) === 'busy') {
    refuseLiving(from, await source.workers())
    throw new OffstageError('E_WORKERS_ALIVE', `store ${shownUrl(from)}: a worker came just now`, 'try again')
  }
  if ((await target.begin({ other: shownUrl(from), identity: await source.identity() })) === 'used') {
    if (isNew) await source.unseal()
    throw notEmpty({ from, to })
  }
  for await (const records of source.records()) {
    signal.throwIfAborted()
    await target.write(records)
  }
  await target.complete()
  return back
}

function notEmpty({ to }: MoveEnds): UsageError {
  return new UsageError('E_MOVE', `store ${shownUrl(to)} is not empty`, 'name an empty store; nothing was moved')
}

/** Throws OffstageError `E_MOVE_DIFFERS` if they do not hold the same. */
async function compare(
  source: StoreExport,
  target: StoreImport,
  { from, to }: MoveEnds,
  signal: AbortSignal,
): Promise<Digests> {
  const [there, here] = await bothOf(digestsOf(source, signal), digestsOf(target, signal))
  const kinds = differences(there, here)
  if (kinds.length === 0) return there
  throw new OffstageError(
    'E_MOVE_DIFFERS',
    `${shownUrl(to)} does not hold what ${shownUrl(from)} does: they differ in ${kinds.join(', ')}`,
    'stop what writes to them, give the move up with --undo, and begin again',
  )
}

/** If one fails, it waits for the other: both read from stores that will be closed. */
async function bothOf<T>(one: Promise<T>, other: Promise<T>): Promise<readonly [T, T]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}

function countsOf(digests: Digests): Move['counts'] {
  return new Map([...digests].map(([kind, { count }]) => [kind, count]))
}

/**
 * Gives a move up: the source is in use again, and the target empty. A move that is complete too, as long as the target holds
 * what was moved and nothing else: throws OffstageError `E_MOVE_DIFFERS` otherwise.
 */
export async function undoMove(ends: MoveEnds, signal: AbortSignal): Promise<void> {
  const source = await openExport(ends.from, systemClock, false)
  try {
    const mark = await source.mark()
    if (mark === null) throw new UsageError('E_MOVE', `store ${shownUrl(ends.from)} is not being moved`)
    const isMoved = await checkSource(source, ends)
    const target = await openImport(ends.to, systemClock)
    try {
      await clear(source, target, ends, isMoved, signal)
      await source.unseal()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function clear(source: StoreExport, target: StoreImport, ends: MoveEnds, isMoved: boolean, signal: AbortSignal) {
  const from = { other: shownUrl(ends.from), identity: await source.identity() }
  const there = await target.mark()
  if (there !== null && there.identity !== from.identity) throw notEmpty(ends)
  // It was never begun.
  if (there === null && !isMoved) return
  if (there?.state !== 'filling') {
    if ((await target.reclaim(from)) === 'busy') {
      const hint = 'stop them first; what they have done cannot be given up'
      throw new OffstageError('E_WORKERS_ALIVE', `store ${shownUrl(ends.to)} has workers`, hint)
    }
    try {
      await compare(source, target, ends, signal)
    } catch (thrown) {
      await target.open()
      throw thrown
    }
  }
  await target.discard()
}
