import { notifyTask } from '../../domain/notification.js'
import type { Claim } from '../store.js'
import type { Context } from './context.js'
import type { StoredJob } from './job-fields.js'
import { settle } from './settle.js'

/** Why a claimed job must fail in place of running; empty: it may run. */
export type Refusal = '' | 'task' | 'fields' | 'deferred'

export interface RefusedClaim {
  readonly claim: Claim
  readonly message: string
}

export function refusalMessage(refusal: Exclude<Refusal, ''>, { fields }: StoredJob): string {
  if (refusal === 'deferred') return fields.get('defa') ?? 'BullMQ gave the job up'
  if (refusal === 'fields') return 'a job that was not made by Offstage has fields that only Offstage writes'
  return fields.get('name') === notifyTask
    ? 'a job that was not made by Offstage cannot send a notification'
    : 'a job that was not made by Offstage cannot run a command'
}

/** Fails claimed jobs that must not run. One that cannot be failed now is tried again before the next claim: it runs until then. */
export class Refusals {
  readonly #context: Context
  #waiting: readonly RefusedClaim[] = []

  constructor(context: Context) {
    this.#context = context
  }

  async refuse(more: readonly RefusedClaim[]): Promise<void> {
    const refused = [...this.#waiting, ...more]
    if (refused.length === 0) return
    this.#waiting = refused
    const ends = refused.map(({ claim: { lease }, message }) => {
      const endedAt = this.#context.clock.now()
      const error = { name: 'Refused', message, stack: null }
      const end = { reason: 'error', error, counts: 'failure', endedBy: 'throw', startedAt: endedAt, endedAt } as const
      return { lease, outcome: { kind: 'failed', ...end } as const }
    })
    try {
      await settle(this.#context, ends)
      this.#waiting = this.#waiting.filter((each) => !refused.includes(each))
    } catch {} // the claim that brought them must be answered
  }
}
