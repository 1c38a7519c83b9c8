import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JobLists } from '../../src/engine/executors/job-lists.js'
import { type InFlight, inFlight } from '../../src/engine/in-flight.js'
import { runningJob } from '../support/job.js'

function entryOf(number: number): InFlight {
  const { id, task, queue, attempt, ...rest } = runningJob({ id: `j${number}` })
  const job = { ...rest, id, task, queue, attempt, slot: null }
  return inFlight({ job, lease: { job: id, attempt, worker: 'w1', task, queue } })
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('add' as const) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('next' as const), share: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('take' as const), which: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('takeAll' as const) }) },
)

test('Jobs begin in the order of their coming, whatever leaves in between.', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const lists = new JobLists()
      let running: InFlight[] = []
      let waiting: InFlight[] = []
      let added = 0
      for (const taken of steps) {
        if (taken.what === 'add') {
          const entry = entryOf(++added)
          lists.add(entry)
          waiting.push(entry)
        } else if (taken.what === 'next') {
          const next = running.length < taken.share ? (waiting.shift() ?? null) : null
          if (next !== null) running.push(next)
          expect(lists.next(taken.share)).toBe(next)
        } else if (taken.what === 'take') {
          const entry = [...running, ...waiting].find(({ claim }) => claim.job.id === `j${taken.which}`) ?? null
          expect(lists.take({ id: `j${taken.which}`, attempt: 1 })).toBe(entry)
          running = running.filter((other) => other !== entry)
          waiting = waiting.filter((other) => other !== entry)
        } else {
          expect(lists.takeAll()).toEqual({ running, waiting })
          running = []
          waiting = []
        }
        expect([lists.count, lists.waiting]).toEqual([running.length + waiting.length, waiting.length])
        expect([...lists.running]).toEqual(running)
      }
    }),
  )
})
