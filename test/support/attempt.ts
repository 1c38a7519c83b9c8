import { attemptOf, type RunningAttempt } from '../../src/engine/attempts/running-attempt.js'
import { claimedJob } from './job.js'

/** An attempt that runs since time 0, in a slot that notes what is asked of it. */
export function runningAttempt(
  overrides: Parameters<typeof claimedJob>[0] = {},
  asked: (what: string) => void = () => {},
): RunningAttempt {
  const job = claimedJob(overrides)
  const { id, attempt, task, queue } = job
  const running = attemptOf({ job, lease: { job: id, attempt, worker: 'w1', task, queue } })
  running.startedAt = 0
  running.handle = {
    stop: (_, reason) => asked(`stop for ${reason}`),
    abandon: () => asked('abandon'),
    terminate: () => asked('terminate'),
    kill: () => asked('kill'),
  }
  return running
}
