import { render } from 'ink-testing-library'
import { createElement } from 'react'
import { onTestFinished } from 'vitest'
import { MonitorReader } from '../../src/app/monitor/read-monitor.js'
import { countedGroup } from '../../src/tui/act.js'
import { initialState, type State } from '../../src/tui/model/state.js'
import type { Effect } from '../../src/tui/model/step.js'
import { type Event, update } from '../../src/tui/model/update.js'
import { wishOf } from '../../src/tui/model/wish.js'
import { Screen } from '../../src/tui/screen.js'
import { type Look, toAnsi } from '../../src/tui/text/ansi.js'
import { frame } from '../../src/tui/views/frame.js'
import type { SampleStore } from './sample-stores.js'

export const plainLook: Look = { hasColours: false, hasUnicode: true }

/** A monitor on a store in memory, without a terminal and without time of its own. */
export class TestMonitor {
  readonly #sample: SampleStore
  readonly #reader: MonitorReader
  state: State
  /** What it wanted to be done, but for looks at the store. */
  readonly effects: Effect[] = []

  constructor(
    sample: SampleStore,
    options: { readonly columns?: number; readonly rows?: number; readonly isReadOnly?: boolean } = {},
  ) {
    const { columns = 120, rows = 40, isReadOnly = false } = options
    this.#sample = sample
    this.#reader = new MonitorReader(sample.store, [])
    const now = sample.clock.now()
    const place = { place: '~/srv/shop  sqlite', flags: '' }
    this.state = initialState({ size: { columns, rows }, now, ...place, isReadOnly, intervalMs: 1_000 })
  }

  dispatch(event: Event): void {
    const { state, effects } = update(this.state, event)
    this.state = state
    this.effects.push(...effects.filter(({ type }) => type !== 'read'))
  }

  /** Looks at the store, until the detail of the job at the cursor is there too. */
  async look(): Promise<void> {
    for (let looks = 0; looks < 2; looks += 1) {
      this.dispatch({ type: 'read', data: await this.#reader.read(wishOf(this.state), this.#sample.clock.now()) })
    }
  }

  /** Ends the action that is under way. */
  ended(): void {
    this.dispatch({ type: 'acted', answer: { text: 'done', isGood: true, done: [] } })
  }

  /** Answers the count that was asked for last, or an earlier one. */
  async count(effect = this.effects.at(-1)): Promise<void> {
    if (effect?.type !== 'count') throw new Error('nothing was counted')
    this.dispatch({ type: 'counted', action: await countedGroup(this.#sample.store, effect.group) })
  }

  /** Presses keys, each after a look at the store. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.dispatch({ type: 'key', key })
      await this.look()
    }
  }

  /** The picture as text, without escape codes. */
  text(): string {
    return this.lines(plainLook).join('\n').replaceAll('\u001b[7m', '').replaceAll('\u001b[27m', '')
  }

  lines(look: Look): readonly string[] {
    return frame(this.state).map((line) => toAnsi(line, look))
  }

  /** The picture as Ink writes it to a terminal of that width. */
  drawn(look: Look): string {
    const lines = this.lines(look)
    const source = { subscribe: () => () => {}, lines: () => lines, pressed: () => {}, resized: () => {} }
    const { stdout, rerender, lastFrame, unmount } = render(createElement(Screen, { source }))
    onTestFinished(unmount)
    // The library's terminal has 100 columns.
    Object.defineProperty(stdout, 'columns', { value: this.state.size.columns })
    rerender(createElement(Screen, { source: { ...source } }))
    return lastFrame() ?? ''
  }
}
