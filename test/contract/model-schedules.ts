import fc from 'fast-check'
import { overlaps, wasPaused } from '../../src/domain/schedule/schedule.js'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, everyHour, everyMinute, faultySchedule, newSchedule } from '../support/schedule.js'
import type { Subject } from './harness.js'

const known = ['daily', 'nightly']
const name = fc.constantFrom(...known)
const names = fc.array(fc.constantFrom(...known, 'unknown'), { maxLength: 2 })
const queue = fc.constantFrom('a', 'b', 'c')

const put = fc.record({
  do: fc.constant('put' as const),
  name,
  timing: fc.constantFrom('minute', 'minute', 'minute', 'minute', 'minute', 'hour', 'once', 'faulty'),
  overlap: fc.constantFrom(...overlaps, 'queue'),
  limit: fc.constantFrom(null, null, null, null, 1, 3),
})
const claim = fc.record({
  do: fc.constant('claim' as const),
  name,
  queue,
  seen: fc.constantFrom('as it is', 'as it is', 'as it is', 'as it is', 'other revision', 'other slots'),
  slots: fc.array(
    fc.record({
      afterMs: fc.constantFrom(1, 1, 5, 400),
      spanMs: fc.constantFrom(0, 0, 0, 2),
      outcome: fc.constantFrom('fired', 'fired', 'fired', 'late', 'skipped', 'missed'),
    }),
    { maxLength: 4 },
  ),
})

/** What is done to schedules, in the same small ranges as everything else. */
export const scheduleOperations = fc.record({
  kind: fc.constant('schedules' as const),
  act: fc.oneof(
    { weight: 3, arbitrary: put },
    { weight: 6, arbitrary: claim },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), names }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), names }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), names }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('fire' as const), name, queue }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('trigger' as const), name, queue }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('note' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('follow' as const) }) },
  ),
})
/** Said before anything else, so that there is something to decide about. */
export const firstSchedules: readonly ScheduleOperation[] = known.map((name) => ({
  kind: 'schedules',
  act: { do: 'put', name, timing: 'minute', overlap: 'queue', limit: null },
}))

type ScheduleOperation = typeof scheduleOperations extends fc.Arbitrary<infer T> ? T : never
type Act = ScheduleOperation['act']

export async function runSchedules(subject: Subject, act: Act): Promise<unknown> {
  const { store } = subject
  switch (act.do) {
    case 'put':
      return store.putSchedules([scheduleOf(subject, act)])
    case 'claim':
      return claimSlots(store, act)
    case 'drop':
      return store.dropSchedules(act.names)
    case 'pause':
      return store.pauseSchedules(act.names)
    case 'resume':
      return store.resumeSchedules(act.names)
    case 'fire':
      return store.fireWaiting({ name: act.name, job: newJob({ queue: act.queue }) })
    case 'trigger':
      return store.triggerSchedule({ name: act.name, job: newJob({ queue: act.queue }) })
    case 'follow':
      return store.followClock()
    case 'note':
      return store.noteScheduler()
  }
}

function scheduleOf({ clock }: Subject, { name, timing, overlap, limit }: Extract<Act, { do: 'put' }>) {
  const said = { overlap, limit }
  switch (timing) {
    case 'faulty':
      return faultySchedule(name)
    case 'once':
      return newSchedule(name, { ...said, timing: { kind: 'once', at: clock.now() + 1, tz: 'UTC' } })
    default:
      return newSchedule(name, { ...said, timing: timing === 'hour' ? everyHour : everyMinute }, clock.now())
  }
}

async function claimSlots(store: Store, { name, queue, seen, slots }: Extract<Act, { do: 'claim' }>) {
  const found = (await store.schedules()).find((schedule) => schedule.name === name)
  const { revision, decidedUntil } = found ?? { revision: 1, decidedUntil: 0 }
  let through = decidedUntil
  const decided = slots.map(({ afterMs, spanMs, outcome }) => {
    const slot = through + afterMs
    through = slot + spanMs
    const reason = outcome === 'skipped' ? wasPaused : outcome
    return dueSlot(slot, { through, count: 1 + spanMs, outcome, reason, lateMs: spanMs })
  })
  const known = {
    name,
    revision: seen === 'other revision' ? revision - 1 : revision,
    decidedUntil: seen === 'other slots' ? decidedUntil - 1 : decidedUntil,
  }
  return store.claimSlots(claimOf(known, decided, { job: newJob({ queue }) }))
}

/** All that can be read of schedules. */
export async function schedulesHeld(store: Store) {
  const [schedules, version, waiting] = await Promise.all([
    store.schedules(),
    store.schedulesVersion(),
    store.waitingSchedules(),
  ])
  const slots = await Promise.all(known.map((name) => store.slots(name, { limit: 1_000, before: null })))
  return { schedules, version, waiting, slots }
}
