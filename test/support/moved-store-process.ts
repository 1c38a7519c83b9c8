import type { Clock } from '../../src/domain/clock.js'
import { systemClock } from '../../src/engine/clock.js'
import { serveHost } from '../../src/stores/apart/host.js'
import type { SqliteLocation } from '../../src/stores/sqlite/database.js'
import { openSqliteStore } from '../../src/stores/sqlite/store.js'
import type { ClockTime } from './store-apart.js'

// The store process of the contract tests: its times are those of the test that it serves, which sends them.

const times = new Map<string, ClockTime>()

/** Its waits are real: only times that are stored or compared are the test's. */
function clockOf(path: string): Clock {
  const time = () => {
    const found = times.get(path)
    if (found === undefined) throw new Error(`no time for ${path}`)
    return found
  }
  return {
    now: () => time().now,
    monotonicMs: () => time().monotonicMs,
    get bootId() {
      return time().bootId
    },
    after: systemClock.after,
    sleep: systemClock.sleep,
  }
}

serveHost({
  store: async (options) => {
    const location = options as SqliteLocation
    const store = openSqliteStore(location, clockOf(location.path))
    return { methods: { ...store }, changes: store.changes(), close: store.close, identity: true }
  },
  times: async () => ({
    methods: { set: async (path: string, time: ClockTime) => void times.set(path, time) },
    changes: null,
    close: async () => {},
    identity: true,
  }),
})
