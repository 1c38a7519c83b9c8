import { statSync } from 'node:fs'
import { StoreUnavailableError } from '../../domain/errors.js'
import { systemClock } from '../../engine/clock.js'
import { openStoreForReading } from '../../open.js'
import type { Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import { storeBytes } from '../metrics/store-bytes.js'
import type { MonitorData, MonitorWish } from './monitor-data.js'
import { MonitorReader } from './read-monitor.js'

/** The store that a monitor looks at for hours: it may not be there yet, vanish, come back or be another one. */
export class MonitoredStore {
  readonly #context: Context
  #hasSeenFile = false
  #open: { readonly store: Store; readonly reader: MonitorReader; readonly file: string | null } | null = null

  constructor(context: Context) {
    this.#context = context
  }

  /** Throws StoreUnavailableError; the next look opens the store anew. */
  async read(wish: MonitorWish): Promise<Partial<MonitorData> & Pick<MonitorData, 'at'>> {
    const file = this.#fileNow()
    // Without a file it is an empty store, until somebody makes one. One that was there is missed: it is not healthy.
    if (this.#open !== null && (file === null || file !== this.#open.file)) await this.close()
    this.#hasSeenFile ||= file !== null
    if (file === null && this.#hasSeenFile) throw this.#gone()
    try {
      this.#open ??= await this.#opened(file)
      const data = await this.#open.reader.read(wish, systemClock.now())
      return { ...data, storeBytes: storeBytes(this.#context.location) }
    } catch (thrown) {
      await this.close()
      throw thrown
    }
  }

  /** After an action: nothing that was read before it counts. */
  forget(): void {
    this.#open?.reader.forget()
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    await open?.store.close()
  }

  async #opened(file: string | null) {
    const store = await openStoreForReading(this.#context.location, systemClock)
    return { store, reader: new MonitorReader(store, this.#context.redact), file }
  }

  #gone(): StoreUnavailableError {
    const { location } = this.#context
    const path = location.kind === 'sqlite' ? location.path : location.kind
    return new StoreUnavailableError(
      'E_STORE_VANISHED',
      `store ${path}: the file is gone`,
      'restore a backup; a new store is shown when it is there',
    )
  }

  /** Tells one file from another; null: there is none. */
  #fileNow(): string | null {
    const { location } = this.#context
    if (location.kind !== 'sqlite') return location.kind
    const stat = statSync(location.path, { throwIfNoEntry: false })
    return stat === undefined ? null : `${stat.dev} ${stat.ino}`
  }
}
