import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ScheduleDefinition } from '../../../src/domain/schedule/schedule.js'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../../src/stores/bullmq/store.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob } from '../../support/job.js'
import { sharedRedis } from '../../support/redis-server.js'
import { claimOf, dueSlot, newSchedule } from '../../support/schedule.js'

// Two schedulers in two processes: neither knows what the other writes.
let stores: readonly [Store, Store]
let names = 0
let name = ''
beforeAll(async () => {
  const { url } = await sharedRedis()
  const location = parseRedisUrl(`${url}?prefix=schedules`, process.cwd())
  const open = async () => openRedisStore(await connectRedis(location, systemClock), location, systemClock)
  stores = [await open(), await open()]
})
afterAll(() => Promise.all(stores.map((store) => store.close())))
beforeEach(() => {
  name = `s${names++}`
})

const rounds = 200

async function scheduled(definition: Partial<ScheduleDefinition>) {
  await stores[0].putSchedules([newSchedule(name, definition)])
  return found()
}

async function found() {
  const [schedule] = await stores[0].schedules([name])
  if (schedule === undefined) throw new Error(`no schedule ${name}`)
  return schedule
}

/** The slots of its jobs, as the jobs have them: two jobs of one slot are two. */
async function firedSlots() {
  const { items } = await stores[0].jobs({ schedule: name }, { limit: 10_000, after: null })
  return items.map(({ schedule }) => schedule?.slot).reverse()
}

test('Of two schedulers that claim the same slots at the same time, one gets them: each slot fires once.', async () => {
  let { decidedUntil } = await scheduled({ overlap: 'allow' })
  const { revision } = await found()
  const fired: number[] = []
  for (let round = 0; round < rounds; round++) {
    const slots = [1, 2, 3].map((after) => dueSlot(decidedUntil + after))
    const claim = claimOf({ name, revision, decidedUntil }, slots)
    const answers = await Promise.all(stores.map((store) => store.claimSlots(claim)))
    const records = answers.filter((answer) => answer !== 'stale')
    expect(records).toMatchObject([slots.map(({ slot }) => ({ slot, outcome: 'fired' }))])
    fired.push(...slots.map(({ slot }) => slot))
    decidedUntil += 3
  }
  expect(await firedSlots()).toEqual(fired)
  expect(await found()).toMatchObject({ decidedUntil, fired: fired.length, slotTotals: { fired: fired.length } })
})

test('A schedule that one changes while the other claims: the claim is written before the change, or is stale.', async () => {
  await scheduled({ overlap: 'allow' })
  const fired: number[] = []
  const [mine, other] = stores
  for (let round = 0; round < rounds; round++) {
    const before = await found()
    const slot = before.decidedUntil + 1
    const [answer, [put]] = await Promise.all([
      mine.claimSlots(claimOf(before, [dueSlot(slot)])),
      other.putSchedules([newSchedule(name, { overlap: 'allow', argsJson: `[${round}]` })]),
    ])
    const after = await found()
    if (answer !== 'stale') fired.push(slot)
    expect(put).toBe('changed')
    expect(after.plan?.definition.argsJson).toBe(`[${round}]`)
    expect(after).toMatchObject({ revision: before.revision + 1, decidedUntil: fired.at(-1) ?? before.decidedUntil })
  }
  expect(await firedSlots()).toEqual(fired)
})

test('Slots that wait fire one after the other, whoever fires them: never are two jobs left at once.', async () => {
  const { decidedUntil, revision } = await scheduled({ overlap: 'queue' })
  const slots = Array.from({ length: 60 }, (_, index) => dueSlot(decidedUntil + 1 + index))
  await stores[0].claimSlots(claimOf({ name, revision, decidedUntil }, slots))
  for (let waiting = 59; waiting >= 0; waiting--) {
    const { items } = await stores[0].jobs({ schedule: name, states: ['queued'] }, { limit: 10, after: null })
    expect(items).toHaveLength(1)
    const fire = (store: Store) => store.fireWaiting({ name, job: newJob() })
    // One fires before the job is gone, one while it goes, and both once it is.
    const [early] = await Promise.all([fire(stores[1]), stores[0].cancel(items.map(({ id }) => id))])
    const late = await Promise.all(stores.map(fire))
    expect([early, ...late].filter((record) => record !== null)).toHaveLength(Math.min(1, waiting))
  }
  expect(await firedSlots()).toEqual(slots.map(({ slot }) => slot))
  expect(await found()).toMatchObject({ waiting: 0, fired: 60 })
})

test('Many schedules at once: whoever writes in between, nothing of it is lost.', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `${name}-${index}`)
  await stores[0].putSchedules(many.map((each) => newSchedule(each, { overlap: 'skip' })))
  const before = await stores[0].schedules(many)
  const claims = before.map((each, index) =>
    stores[index % 2]?.claimSlots(claimOf(each, [dueSlot(each.decidedUntil + 1)])),
  )
  const triggers = many.map((each, index) => stores[index % 2]?.triggerSchedule({ name: each, job: newJob() }))
  const pauses = stores.map((store, index) => store.pauseSchedules([`${name}-${index}`]))
  const [claimed] = await Promise.all([Promise.all(claims), Promise.all(triggers), Promise.all(pauses)])
  const after = await stores[1].schedules(many)
  const written = claimed.filter((answer) => answer !== 'stale').length
  const totals = after.map(({ slotTotals: { fired = 0, skipped = 0 } }) => fired + skipped)
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(many.length + written)
  expect(written).toBeGreaterThanOrEqual(many.length - 2)
  expect(after.filter(({ pausedAt }) => pausedAt !== null)).toHaveLength(2)
})

test('A reason that looks like what stands for a new job stays as it is.', async () => {
  const { decidedUntil, revision } = await scheduled({ overlap: 'skip' })
  const slots = [
    dueSlot(decidedUntil + 1, { outcome: 'skipped', reason: 'bad argument j{7}' }),
    dueSlot(decidedUntil + 2),
    dueSlot(decidedUntil + 3),
  ]
  const records = await stores[0].claimSlots(claimOf({ name, revision, decidedUntil }, slots))
  const { items } = await stores[0].jobs({ schedule: name }, { limit: 1, after: null })
  const id = items[0]?.id
  expect(records).toMatchObject([
    { reason: 'bad argument j{7}', job: null },
    { reason: null, job: id },
    { reason: `${id} has not ended`, job: null },
  ])
  const stored = await stores[0].slots(name, { limit: 3, before: null })
  expect(stored.map(({ reason }) => reason)).toEqual([`${id} has not ended`, null, 'bad argument j{7}'])
})
