import { expect, test } from 'vitest'
import type { ScheduleDefinition } from '../../src/domain/schedule/schedule.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { scheduleToJson } from '../../src/views/schedule.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'

const minute = 60_000

/** A schedule of these settings after its first slots have fired, as programs read it. */
async function afterSlots(count: number, definition: Partial<ScheduleDefinition>) {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  const start = clock.now()
  await store.putSchedules([newSchedule('one', definition, start)])
  for (let slot = 1; slot <= count; slot += 1) {
    await clock.advance(minute)
    const [schedule] = await store.schedules(['one'])
    if (schedule !== undefined) await store.claimSlots(claimOf(schedule, [dueSlot(start + slot * minute)]))
  }
  const [schedule] = await store.schedules(['one'])
  await store.close()
  if (schedule === undefined) throw new Error('no schedule')
  return scheduleToJson(schedule, [], clock.now())
}

test('A schedule that has ended says why.', async () => {
  expect(await afterSlots(2, { limit: 3, overlap: 'allow' })).toMatchObject({ ended: null, fired: 2 })
  expect(await afterSlots(3, { limit: 3, overlap: 'allow' })).toMatchObject({
    nextAt: null,
    ended: 'its limit of 3 is reached',
  })
  expect(await afterSlots(2, { until: Date.UTC(2030, 0, 1, 0, 2), overlap: 'allow' })).toMatchObject({
    nextAt: null,
    ended: 'it was until 2030-01-01T00:02:00.000Z',
  })
})
