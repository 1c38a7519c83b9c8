import { expect } from 'vitest'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { noVitals } from '../support/vitals.js'
import { contract, type Subject } from './harness.js'

// Nobody waits as long: a test that would, fails by its own time limit.
const forever = 3_600_000

function wait(store: Store, timeoutMs = forever, signal?: AbortSignal, changes = store.changes()) {
  let over = false
  const done = changes.next(timeoutMs, signal).then(() => {
    over = true
  })
  return { done, isOver: () => over }
}

/** A worker that has looked and found nothing, as one that waits has. */
async function idleWorker(subject: Subject): Promise<string> {
  const worker = await subject.register()
  expect(await subject.claimIds(worker)).toEqual([])
  return worker
}

contract('wake-up', (test) => {
  test('An enqueue wakes who waits, and all of them.', async (subject) => {
    await idleWorker(subject)
    const waits = [wait(subject.store), wait(subject.store)]
    await subject.quiet()
    expect(waits.map(({ isOver }) => isOver())).toEqual([false, false])
    await subject.add()
    await Promise.all(waits.map(({ done }) => done))
  })

  test('The wait is over when its time is.', async (subject) => {
    await idleWorker(subject)
    await wait(subject.store, 0).done
    await wait(subject.store, -1).done
    const waiting = wait(subject.store, 5)
    await subject.advance(4)
    expect(waiting.isOver()).toBe(false)
    await subject.advance(1)
    await waiting.done
  })

  test('The wait is over when its signal fires, before it or while it lasts.', async (subject) => {
    await idleWorker(subject)
    await wait(subject.store, forever, AbortSignal.abort()).done
    const controller = new AbortController()
    const waiting = wait(subject.store, forever, controller.signal)
    await subject.quiet()
    expect(waiting.isOver()).toBe(false)
    controller.abort()
    await waiting.done
  })

  test('A job that came after the claim and before the wait is not slept through.', async (subject) => {
    const worker = await subject.register()
    const waiters = [subject.store.changes(), subject.store.changes()]
    const claimed = subject.claimIds(worker)
    const enqueued = subject.store.enqueue([newJob()])
    expect(await claimed).toEqual([])
    await enqueued
    // By nobody: who waits for something else has looked at another time.
    for (const changes of waiters) await wait(subject.store, forever, undefined, changes).done
    expect(await subject.claimIds(worker)).toEqual(['j1'])
  })

  test('What is stored between the end of a wait and the look that follows it ends the next wait, once.', async (subject) => {
    await idleWorker(subject)
    const changes = subject.store.changes()
    const first = wait(subject.store, 5, undefined, changes)
    await subject.advance(5)
    await first.done
    await subject.add()
    await wait(subject.store, forever, undefined, changes).done
    const waiting = wait(subject.store, forever, undefined, changes)
    await subject.quiet()
    expect(waiting.isOver()).toBe(false)
    await subject.add()
    await waiting.done
  })

  test('Who has seen a change waits for the next.', async (subject) => {
    await idleWorker(subject)
    const changes = subject.store.changes()
    await subject.add()
    await wait(subject.store, forever, undefined, changes).done
    const waiting = wait(subject.store, forever, undefined, changes)
    await subject.quiet()
    expect(waiting.isOver()).toBe(false)
    await subject.add()
    await waiting.done
  })

  test('What brings a job back wakes: a retry at once, a sweep, a worker that ends, and so does a cancel.', async (subject) => {
    const claim = await subject.start()
    const wakes = [
      () => subject.settle(claim, subject.outcome.retry(0)),
      async () => {
        await subject.sweep([claim.worker])
      },
      () => subject.store.cancel([claim.job.id]),
    ]
    for (const change of wakes) {
      await idleOrBusy(subject)
      const waiting = wait(subject.store)
      await change()
      await waiting.done
    }
  })

  test('Claims that find nothing, and beats, do not wake others.', async (subject) => {
    const worker = await idleWorker(subject)
    const waiting = wait(subject.store)
    await subject.claimIds(worker)
    await subject.store.beat(worker, noVitals)
    await subject.sweep()
    await subject.quiet()
    expect(waiting.isOver()).toBe(false)
    await subject.store.deregister(worker)
    await waiting.done
  })

  test('Closing the store wakes who waits.', async (subject) => {
    await idleWorker(subject)
    const waiting = wait(subject.store)
    await subject.store.close()
    await waiting.done
    await wait(subject.store).done
  })
})

async function idleOrBusy(subject: Subject): Promise<void> {
  await subject.claimIds(await subject.register())
}
