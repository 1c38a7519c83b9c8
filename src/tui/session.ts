import type { Context } from '../app/context.js'
import type { MonitorWish } from '../app/monitor/monitor-data.js'
import { MonitoredStore } from '../app/monitor/monitored-store.js'
import { OffstageError } from '../domain/errors.js'
import { carryOut, countGroup } from './act.js'
import type { State } from './model/state.js'
import type { Effect } from './model/step.js'
import { type Event, update } from './model/update.js'
import { wishOf } from './model/wish.js'
import { Poll } from './poll.js'
import { type Look, toAnsi } from './text/ansi.js'
import { frame } from './views/frame.js'

/** What the session needs of the terminal. */
export interface Terminal {
  copy(text: string): void
  quit(): void
}

/** A monitor at work: its state, and what happens outside of it. */
export class Session {
  readonly #context: Context
  readonly #look: Look
  readonly #store: MonitoredStore
  readonly #poll: Poll
  readonly #listeners = new Set<() => void>()
  #terminal: Terminal | null = null
  /** The next look is for the job at the cursor alone. */
  #wantsOnlyJob = false
  #state: State
  #drawn: { readonly of: State; readonly lines: readonly string[] } | null = null

  constructor(context: Context, state: State, look: Look) {
    this.#context = context
    this.#state = state
    this.#look = look
    this.#store = new MonitoredStore(context)
    this.#poll = new Poll(
      this.#store,
      state.intervalMs,
      () => this.#wish(),
      (event) => this.dispatch(event),
    )
  }

  /** Looks at the store until the end. Rejects with what is a bug. */
  run(terminal: Terminal): Promise<void> {
    this.#terminal = terminal
    return this.#poll.run()
  }

  stop(): void {
    this.#poll.stop()
  }

  dispatch(event: Event): void {
    const { state, effects } = update(this.#state, event)
    const hasChanged = state !== this.#state
    this.#state = state
    for (const effect of effects) this.#do(effect)
    // Two pictures in a row would cost twice as much.
    if (this.#followsCursor(event) || !hasChanged) return
    for (const listener of this.#listeners) listener()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The picture. It is the same array as long as nothing on it has changed. */
  readonly lines = (): readonly string[] => {
    if (this.#drawn?.of === this.#state) return this.#drawn.lines
    const lines = frame(this.#state).map((line) => toAnsi(line, this.#look))
    const before = this.#drawn?.lines ?? []
    const isSame = before.length === lines.length && lines.every((line, index) => line === before[index])
    this.#drawn = { of: this.#state, lines: isSame ? before : lines }
    return this.#drawn.lines
  }

  #wish(): MonitorWish {
    const onlyJob = this.#wantsOnlyJob
    this.#wantsOnlyJob = false
    return { ...wishOf(this.#state), onlyJob }
  }

  /** Whether the cursor has come to another job: that one is read at once, and shown then. */
  #followsCursor(event: Event): boolean {
    // A look for that job alone is not followed: the job may be gone.
    if (event.type !== 'read' || event.data.queues === undefined) return false
    const { job } = wishOf(this.#state)
    if (job === null || this.#state.data.job?.job.id === job) return false
    this.#wantsOnlyJob = true
    this.#poll.lookNow()
    return true
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'read':
        this.#wantsOnlyJob = false
        this.#poll.lookNow()
        return
      case 'count':
        void this.#dispatch(
          countGroup(this.#context, effect.group).then((action) => ({ type: 'counted', action })),
          (reason) => ({ type: 'uncounted', reason }),
        )
        return
      case 'act':
        void this.#dispatch(
          carryOut(this.#context, effect.action).then((answer) => {
            this.#store.forget()
            return { type: 'acted', answer }
          }),
          (text) => ({ type: 'acted', answer: { text, isGood: false, done: [] } }),
        )
        return
      case 'copy':
        this.#terminal?.copy(effect.text)
        return
      case 'quit':
        this.#terminal?.quit()
    }
  }

  /** What was refused is an event too. */
  async #dispatch(coming: Promise<Event>, refused: (reason: string) => Event): Promise<void> {
    try {
      this.dispatch(await coming)
    } catch (thrown) {
      const known = thrown instanceof OffstageError
      const text = known ? [thrown.message, thrown.hint].filter((part) => part !== null).join('; ') : String(thrown)
      this.dispatch(refused(text))
    }
  }
}
