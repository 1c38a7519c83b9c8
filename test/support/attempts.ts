import { setImmediate } from 'node:timers/promises'
import { attemptOf, type RunningAttempt } from '../../src/engine/attempts/running-attempt.js'
import { claimedJob } from './job.js'

/** An attempt that was claimed, of a job that counts as due since 0. */
export function claimedAttempt(id: string, overrides: Parameters<typeof claimedJob>[0] = {}): RunningAttempt {
  const job = claimedJob({ id, ...overrides })
  const { task, queue, attempt } = job
  return attemptOf({ job, lease: { job: id, attempt, worker: 'w1', task, queue, isNotification: false } })
}

export function idsOf(attempts: Iterable<RunningAttempt>): readonly string[] {
  return [...attempts].map(({ claim }) => claim.job.id)
}

/** Lets what was asked of promises and of the event loop happen. */
export async function someTurns(): Promise<void> {
  for (let index = 0; index < 5; index++) await setImmediate()
}

/** An attempt that runs since time 0, in a slot that notes what is asked of it. */
export function runningAttempt(
  overrides: Parameters<typeof claimedJob>[0] = {},
  asked: (what: string) => void = () => {},
): RunningAttempt {
  const running = claimedAttempt(overrides.id ?? 'j1', overrides)
  running.startedAt = 0
  running.handle = {
    stop: (_, reason) => asked(`stop for ${reason}`),
    abandon: () => asked('abandon'),
    terminate: () => asked('terminate'),
    kill: () => asked('kill'),
  }
  return running
}
