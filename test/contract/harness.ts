import { describe, test } from 'vitest'
import type { NewJob, WorkerId } from '../../src/domain/job.js'
import type { NotificationPolicy } from '../../src/domain/notification.js'
import type { QueueChoice } from '../../src/domain/queues.js'
import type { Changes } from '../../src/stores/change-notifier.js'
import type { Claim, NewWorker, Store } from '../../src/stores/store.js'
import type { MovableClock } from '../../src/testing/test-clock.js'
import { newJob, newWorker, outcomesAt } from '../support/job.js'
import { storeKinds } from './stores.js'

/** A store under test, with a clock that only the test moves. */
export interface OpenStore {
  readonly store: Store
  readonly clock: MovableClock
  /** Time passes, on the wall and since the boot. */
  advance(ms: number): Promise<void>
  /** Resolves when everything that is under way has arrived. */
  quiet(): Promise<void>
  /** Cuts the connection in place of each `every`th answer, `times` times. Absent: there is none to cut. */
  cutAnswers?(every: number, times: number): void
  /** Another store object on the same jobs; the one before is closed. */
  reopen(): Promise<Store>
  close(): Promise<void>
}

/** A test that a store need not pass, and why. */
export interface Waiver {
  /** The name of the file without `.test.ts`. */
  readonly idea: string
  readonly test: string
  readonly reason: string
}

export interface StoreKind {
  readonly name: string
  readonly waivers: readonly Waiver[]
  /** Whether it is in another process, and so without notifications. */
  readonly isApart: boolean
  open(notificationOf: NotificationPolicy): Promise<OpenStore>
}

/** What a contract test is handed: the store, and the short ways to say what most of them say. */
export class Subject {
  readonly store: Store
  readonly clock: MovableClock
  readonly outcome: ReturnType<typeof outcomesAt>
  readonly #opened: OpenStore

  constructor(opened: OpenStore) {
    this.#opened = opened
    this.store = opened.store
    this.clock = opened.clock
    this.outcome = outcomesAt(opened.clock)
  }

  advance(ms: number): Promise<void> {
    return this.#opened.advance(ms)
  }

  /** Resolves when everything that is under way has arrived, such as the change that a commit brings. */
  quiet(): Promise<void> {
    return this.#opened.quiet()
  }

  /** Whether something was stored since `changes` was asked for, or last waited for. */
  async hasNext(changes: Changes): Promise<boolean> {
    const over = new AbortController()
    let isNext = false
    const waiting = changes.next(3_600_000, over.signal).then(() => {
      isNext = !over.signal.aborted
    })
    await this.quiet()
    over.abort()
    await waiting
    return isNext
  }

  /** Cuts the connection, if there is one, in place of each `every`th answer, `times` times. */
  cutAnswers(every: number, times: number): void {
    this.#opened.cutAnswers?.(every, times)
  }

  reopen(): Promise<Store> {
    return this.#opened.reopen()
  }

  /** Enqueues one job; answers its id. */
  async add(overrides: Partial<NewJob> = {}): Promise<string> {
    const [answer] = await this.store.enqueue([newJob(overrides)])
    if (answer?.answer !== 'created') throw new Error(`not created: ${JSON.stringify(answer)}`)
    return answer.id
  }

  register(overrides: Partial<NewWorker> = {}): Promise<WorkerId> {
    return this.store.register(newWorker(this.clock, overrides))
  }

  claim(worker: WorkerId, limit = 100, queues: readonly string[] | QueueChoice = null): Promise<readonly Claim[]> {
    const choice = queues === null || 'shares' in queues ? queues : evenly(queues)
    return this.store.claim({ worker, queues: choice, limit })
  }

  /** Claims as `claim` does; answers the ids. */
  async claimIds(
    worker: WorkerId,
    limit = 100,
    queues: readonly string[] | QueueChoice = null,
  ): Promise<readonly string[]> {
    return (await this.claim(worker, limit, queues)).map(({ job }) => job.id)
  }

  /** Claims exactly one job. */
  async claimOne(worker: WorkerId): Promise<Claim> {
    const [claim] = await this.claim(worker, 1)
    if (claim === undefined) throw new Error('nothing to claim')
    return claim
  }

  /** A job that runs, with its worker. */
  async start(overrides: Partial<NewJob> = {}): Promise<Claim & { readonly worker: WorkerId }> {
    const id = await this.add(overrides)
    const worker = await this.register()
    const claim = await this.claimOne(worker)
    if (claim.job.id !== id) throw new Error(`claimed ${claim.job.id} instead of ${id}`)
    return { ...claim, worker }
  }

  async settle(claim: Claim, outcome: Parameters<Store['settle']>[0][number]['outcome']) {
    const [answer] = await this.store.settle([{ lease: claim.lease, outcome }])
    return answer
  }

  async job(id: string) {
    const job = await this.store.job(id)
    if (job === null) throw new Error(`no job ${id}`)
    return job
  }

  sweep(dead: readonly WorkerId[] = [], limit = 1_000) {
    return this.store.sweep({ limit, dead })
  }
}

export type ContractTest = (title: string, body: (subject: Subject) => Promise<void>) => void

/** Runs the tests of one idea over every store. `notificationOf`: what the stores ask when a job fails. */
export function contract(
  idea: string,
  tests: (test: ContractTest) => void,
  notificationOf: NotificationPolicy = () => null,
): void {
  for (const kind of storeKinds) {
    describe(`${kind.name}: ${idea}`, () => {
      const titles: string[] = []
      tests((title, body) => {
        titles.push(title)
        const waiver = kind.waivers.find((candidate) => candidate.idea === idea && candidate.test === title)
        if (waiver === undefined) test(title, () => onFreshStore(kind, notificationOf, body))
        else test.skip(`${title} (waived: ${waiver.reason})`)
      })
      for (const waiver of staleWaivers(kind.waivers, idea, titles)) {
        test(`waives a test that is gone: ${waiver.test}`, () => {
          throw new Error(`remove the waiver of ${kind.name} for "${waiver.test}" (${waiver.reason})`)
        })
      }
    })
  }
}

export function staleWaivers(waivers: readonly Waiver[], idea: string, titles: readonly string[]): readonly Waiver[] {
  return waivers.filter((waiver) => waiver.idea === idea && !titles.includes(waiver.test))
}

async function onFreshStore(
  kind: StoreKind,
  notificationOf: NotificationPolicy,
  body: (subject: Subject) => Promise<void>,
): Promise<void> {
  const opened = await kind.open(notificationOf)
  try {
    await body(new Subject(opened))
  } finally {
    await opened.close()
  }
}

/** These queues, with one weight for all. */
export function evenly(names: readonly string[]): QueueChoice {
  return { shares: names.map((name) => ({ name, weight: 1 })), strict: false }
}
