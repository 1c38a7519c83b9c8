import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MovableLocation } from '../../src/open.js'
import type { MovableClock } from '../../src/testing/test-clock.js'
import { Subject } from '../contract/harness.js'
import { everything } from '../contract/model-operations.js'
import { expectConsistent } from '../support/consistency.js'
import { temporaryFolder } from '../support/folder.js'
import { fill, histories, moved, openAt, recordsAt, redisAt, sqliteAt } from '../support/moved-stores.js'

/** All that the store there holds: by its interface, and as records. */
async function held(location: MovableLocation, clock: MovableClock) {
  const store = await openAt(location, clock)
  const subject = new Subject({
    store,
    clock,
    advance: async () => {},
    quiet: async () => {},
    reopen: async () => store,
    close: async () => {},
  })
  const all = await everything(subject)
  const ids = all.items.map(({ id }) => id)
  const progress = [...(await store.progress(ids))].sort()
  const output = await Promise.all(
    ids.flatMap((id) => [1, 2, 3, 4].map((attempt) => store.output(id, attempt, { after: 0, limit: 1_000 }))),
  )
  await store.close()
  return { all, progress, output, records: await recordsAt(location) }
}

const ways = ['sqlite', 'redis'] as const

test.each(ways)(
  'What is moved from a file to %s and back is all there, in every field.',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { path, remove } = temporaryFolder()
        try {
          const [first, second] = [sqliteAt(path, 'a.db'), sqliteAt(path, 'b.db')]
          const clock = await fill(first, history)
          const before = await held(first, clock)
          const between = kind === 'sqlite' ? sqliteAt(path, 'c.db') : await redisAt()
          await moved(first, between)
          expect(await held(between, clock)).toEqual(before)
          await moved(between, second)
          expect(await held(second, clock)).toEqual(before)
          expectConsistent(`${path}/b.db`)
        } finally {
          remove()
        }
      }),
      { numRuns: Number(process.env.MODEL_RUNS ?? 3) },
    )
  },
  600_000,
)
