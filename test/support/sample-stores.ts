import type { JobError } from '../../src/domain/failure.js'
import type { NewJob, WorkerId } from '../../src/domain/job.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { Claim, Store } from '../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../src/testing/test-clock.js'
import { newJob, newWorker, outcomesAt } from './job.js'
import { claimOf, dueSlot, newSchedule } from './schedule.js'

/** A store with a history that is always the same, and the clock that stands at its end. */
export interface SampleStore {
  readonly store: Store
  readonly clock: MovableClock
}

/** Text that would drive a terminal, reorder a line or fill a screen. */
export const hostileText = `\u001b]0;owned\u0007\u001b[2J\u202egnirts \u009b31m ${'x'.repeat(10_000)}`

/** Nothing was ever stored. */
export function emptyStore(): SampleStore {
  const clock = movableClock()
  return { store: openMemoryStore(clock), clock }
}

/** All is well: two workers, jobs in every state but failed, schedules on time. */
export async function busyStore(): Promise<SampleStore> {
  const sample = emptyStore()
  const history = new History(sample)
  const first = await history.worker({ tasks: ['mail.send', 'images.resize', 'report.nightly'] })
  await history.schedules()
  for (let minute = 0; minute < 30; minute += 1) {
    await history.run(first, { task: 'mail.send', queue: 'mail' }, 2 + (minute % 3), 180 + 20 * (minute % 5))
    await history.run(first, { task: 'images.resize', queue: 'images' }, 1, 1_100)
    await history.minute(first)
  }
  await history.fire('report.nightly', 2_400)
  const second = await history.worker({ process: { pid: 9001, startTicks: 778 }, tasks: ['mail.send'] })
  await history.enqueue({ task: 'images.resize', queue: 'images', argsJson: '["photo.png",800]' }, 1)
  await history.start(first, 1, { fraction: 0.45, message: '18 of 40' })
  await history.minute(first, second)
  await sample.clock.advance(12_000)
  for (const worker of [first, second]) await history.beat(worker)
  await history.enqueue({ task: 'mail.send', queue: 'mail' }, 5)
  await history.start(second, 2, null)
  await sample.clock.advance(310)
  await history.enqueue({ task: 'mail.send', queue: 'mail', dueAt: sample.clock.now() + 3_600_000 }, 2)
  const [cancelled = ''] = await history.enqueue({ task: 'mail.send', queue: 'low', argsJson: '["قطار"]' }, 1)
  await sample.store.cancel([cancelled])
  return sample
}

/** Much is wrong: mails fail, a queue is paused, nobody serves another one, a schedule is late, names are hostile. */
export async function failingStore(): Promise<SampleStore> {
  const sample = await busyStore()
  const history = new History(sample)
  const { store } = sample
  const third = await history.worker({ process: { pid: 411, startTicks: 3 }, host: 'host2', queues: ['mail'] })
  for (let minute = 0; minute < 4; minute += 1) {
    const message = `${421 + minute} too many connections`
    await history.fail(third, { task: 'mail.send', queue: 'mail', maxRetries: 0 }, 5, { name: 'Error', message })
    await history.minute(third)
  }
  const hostile = { name: 'TypeError', message: `${hostileText}\n${'y'.repeat(1_000_000)}` }
  await history.fail(third, { task: 'mail.send', queue: 'mail', maxRetries: 0 }, 1, hostile)
  await history.enqueue({ task: 'images.resize', queue: 'images', argsJson: JSON.stringify([hostileText]) }, 3)
  await store.pauseQueues(['images'])
  await history.enqueue({ task: 'legacy.import', queue: 'legacy' }, 7)
  await history.enqueue(
    { task: 'mail.send', queue: 'mail', argsJson: '[{"to":"ada@example.org","token":"hunter2"}]' },
    1,
  )
  for (let minute = 0; minute < 11; minute += 1) await history.minute(third)
  return sample
}

/** What happens to a store, in short words. */
export class History {
  readonly #store: Store
  readonly #clock: MovableClock

  constructor({ store, clock }: SampleStore) {
    this.#store = store
    this.#clock = clock
  }

  worker(overrides: Parameters<typeof newWorker>[1]): Promise<WorkerId> {
    return this.#store.register(newWorker(this.#clock, { process: { pid: 8123, startTicks: 777 }, ...overrides }))
  }

  async beat(worker: WorkerId): Promise<void> {
    const processes = [{ pid: 8124, startTicks: 778, rssBytes: 76 * 1024 * 1024 }]
    await this.#store.beat(worker, { processes, rssBytes: 87 * 1024 * 1024 })
  }

  /** A minute in which a worker beats, and the store takes its samples. */
  async minute(...workers: readonly WorkerId[]): Promise<void> {
    for (let beats = 0; beats < 3; beats += 1) {
      await this.#clock.advance(20_000)
      for (const worker of workers) await this.beat(worker)
    }
    await this.#store.maintain()
  }

  async enqueue(job: Partial<NewJob>, count: number): Promise<readonly string[]> {
    const jobs = Array.from({ length: count }, () => newJob({ dueAt: this.#clock.now(), ...job }))
    return (await this.#store.enqueue(jobs)).map(({ id }) => id)
  }

  async start(
    worker: WorkerId,
    limit: number,
    progress: { readonly fraction: number; readonly message: string } | null,
  ): Promise<readonly Claim[]> {
    const claims = await this.#store.claim({ worker, queues: null, limit })
    const additions = claims.map(({ lease }) => ({ lease, progress, output: [], forget: null, usage: null }))
    if (progress !== null) await this.#store.append(additions)
    return claims
  }

  /** Jobs that complete after `durationMs`. */
  async run(worker: WorkerId, job: Partial<NewJob>, count: number, durationMs: number): Promise<void> {
    await this.enqueue(job, count)
    await this.#end(worker, count, durationMs, (startedAt) => ({ ...this.#outcome.completed(), startedAt }))
  }

  /** Jobs that fail for good. */
  async fail(worker: WorkerId, job: Partial<NewJob>, count: number, error: Omit<JobError, 'stack'>): Promise<void> {
    await this.enqueue(job, count)
    const whole = { ...error, stack: `${error.name}: ${error.message}\n    at send (/srv/shop/tasks/mail.ts:31:11)` }
    await this.#end(worker, count, 300, (startedAt) => ({ ...this.#outcome.failed({ error: whole }), startedAt }))
  }

  async schedules(): Promise<void> {
    const hour = 3_600_000
    const daily = { kind: 'cron', cron: '0 2 * * *', tz: 'Europe/Berlin' } as const
    const hourly = { kind: 'every', everyMs: hour, startAt: null, tz: 'UTC' } as const
    await this.#store.putSchedules([
      { ...newSchedule('logs.clean', { timing: daily }, this.#clock.now()), task: 'logs.clean' },
      { ...newSchedule('report.nightly', { timing: hourly }, this.#clock.now()), task: 'report.nightly' },
    ])
  }

  /** A slot that fires now, and its job, which completes. */
  async fire(name: string, durationMs: number): Promise<void> {
    const [schedule] = await this.#store.schedules([name])
    if (schedule === undefined) throw new Error(`no schedule ${name}`)
    const job = newJob({ task: name, dueAt: this.#clock.now() })
    await this.#store.claimSlots(claimOf(schedule, [dueSlot(this.#clock.now())], { job }))
    const [worker] = await this.#store.workers()
    await this.#end(worker?.id ?? '', 1, durationMs, (startedAt) => ({ ...this.#outcome.completed(), startedAt }))
  }

  get #outcome() {
    return outcomesAt(this.#clock)
  }

  async #end(
    worker: WorkerId,
    limit: number,
    durationMs: number,
    outcome: (startedAt: number) => Parameters<Store['settle']>[0][number]['outcome'],
  ): Promise<void> {
    const claims = await this.#store.claim({ worker, queues: null, limit })
    const startedAt = this.#clock.now()
    await this.#clock.advance(durationMs)
    await this.#store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome(startedAt) })))
  }
}
