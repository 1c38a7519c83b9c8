import { systemClock } from './engine/clock.js'
import type { OutboxLocation } from './stores/apart/outbox-file.js'
import type { Opener } from './stores/apart/serve.js'
import type { ApartLocation } from './stores/apart/store.js'
import { checkIdentity, type FileIdentity, identityOf } from './stores/sqlite/identity.js'
import { openOutboxFile } from './stores/sqlite/outbox-file.js'
import { openSqliteStore } from './stores/sqlite/store.js'

/** What the store process opens: the one place that it names concrete stores. */
export const openers: Readonly<Record<string, Opener>> = {
  store: async (options, earlier) => {
    const location = options as ApartLocation // both ends are this program
    // A store that was removed meanwhile must not be made anew: what its host knows of it would be gone.
    if (earlier !== null) checkIdentity(location.path, earlier as FileIdentity)
    const store = openSqliteStore(location, systemClock)
    return { methods: { ...store }, changes: store.changes(), close: store.close, identity: identityOf(location.path) }
  },
  outbox: async (options) => {
    const { path, store } = options as OutboxLocation
    const file = openOutboxFile(path, store, systemClock)
    return { methods: { ...file }, changes: null, close: file.close, identity: path }
  },
}
