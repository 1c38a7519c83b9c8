import { type Context, withReader } from '../../app/context.js'
import { type StopChoice, type StoppedWorker, stopWorkers, waitUntilLeft } from '../../app/workers/stop-workers.js'
import { NotFoundError, UsageError } from '../../domain/errors.js'
import { idNumber, type WorkerId } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import { exitCodes } from '../exit-codes.js'
import { say, sayError } from '../say.js'
import { lateSignals, takeSignals } from '../signals.js'

/** How workers are to stop. `timeoutMs`: how long to wait for them; null: as long as it takes. */
export interface StopRequest {
  readonly choice: StopChoice
  readonly now: boolean
  readonly wait: boolean
  readonly timeoutMs: number | null
}

export interface StopItem {
  readonly id: WorkerId
  readonly answer: StoppedWorker['answer'] | 'left'
}

const texts: Readonly<Record<StoppedWorker['answer'], (worker: StoppedWorker) => string>> = {
  asked: ({ id, pid }) => `${id} was asked to stop (pid ${pid})`,
  dead: ({ id }) => `${id} has died already: other workers take its jobs`,
  elsewhere: ({ id, host, pid }) =>
    `${id} cannot be stopped from here: it is pid ${pid} of ${host}, or of another container`,
  forbidden: ({ id, pid }) => `${id} cannot be stopped: pid ${pid} is of another user`,
  foreground: ({ id }) => `${id} is a run in the foreground: cancel its job instead`,
  embedded: ({ id, pid }) =>
    `${id} is part of another program, pid ${pid}: stop that program, or let it call stop() of its worker`,
  unknown: ({ id }) => `no worker ${id}`,
}

const refusals: readonly string[] = [
  'elsewhere',
  'forbidden',
  'foreground',
  'embedded',
] satisfies StoppedWorker['answer'][]

/** The ids of workers as a person typed them: `w3`, or `3`. Throws UsageError. */
export function workerIdOf(text: string): WorkerId {
  const number = idNumber(text, 'w')
  if (number !== null) return `w${number}`
  throw new UsageError('E_WORKER_ID', `${JSON.stringify(text)} is no worker id`, 'an id looks like w3')
}

/** Asks workers to stop, says of each what became of it, and sets the exit code. */
export function stop(context: Context, { choice, now, wait, timeoutMs }: StopRequest): Promise<readonly StopItem[]> {
  return withReader(context, async (store) => {
    const workers = await stopWorkers(store, choice, now ? 'now' : 'gracefully', systemClock.now())
    if (workers.length === 0) say('No worker is alive.')
    for (const worker of workers) if (worker.answer !== 'unknown') say(texts[worker.answer](worker))
    const unknown = workers.filter(({ answer }) => answer === 'unknown').map(({ id }) => noWorker(id))
    for (const { message, hint } of unknown) sayError(message, hint)
    if (unknown.length > 0) process.exitCode = exitCodes.notFound
    else if (workers.some(({ answer }) => refusals.includes(answer))) process.exitCode = exitCodes.failed
    if (!wait) return workers.map(({ id, answer }) => ({ id, answer }))
    const asked = workers.filter(({ answer }) => answer === 'asked').map(({ id }) => id)
    const interruption = takeSignals(exitCodes.interrupted)
    const signal = AbortSignal.any([interruption.graceful, ...lateSignals(timeoutMs)])
    const left = await waitUntilLeft(store, asked, () => systemClock.now(), signal)
    interruption.release()
    for (const id of asked) if (!left.includes(id)) say(`${id} has left`)
    if (left.length > 0 && interruption.graceful.aborted) process.exitCode = exitCodes.interrupted
    else if (left.length > 0) {
      sayError(
        `not stopped in time: ${left.join(', ')}`,
        now
          ? 'their processes may stand still: see offstage workers list'
          : 'they go on to drain; --now does not wait for their jobs',
      )
      process.exitCode = exitCodes.timedOut
    }
    return workers.map(({ id, answer }) => ({
      id,
      answer: asked.includes(id) && !left.includes(id) ? ('left' as const) : answer,
    }))
  })
}

function noWorker(id: WorkerId): NotFoundError {
  return new NotFoundError('E_NO_SUCH_WORKER', `no worker ${id}`, 'see "offstage workers list" for those there are')
}
