import type { RqCall } from '../../src/remote/rq/call.js'

let calls = 0

/** A call of `demo_jobs.<name>` with an id of its own, and with the rest as most jobs have it. */
export function rqCall(queue: string, name: string, args: readonly unknown[], rest: Partial<RqCall> = {}): RqCall {
  return {
    id: `job-${process.pid}-${calls++}`,
    queue,
    func: `demo_jobs.${name}`,
    args,
    kwargs: {},
    meta: null,
    description: null,
    timeoutMs: 30_000,
    resultTtlSeconds: 600,
    failureTtlSeconds: 600,
    ttlSeconds: null,
    retries: 0,
    retryIntervalsSeconds: [],
    ...rest,
  }
}
