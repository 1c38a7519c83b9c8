import { expect, test } from 'vitest'
import { pauseQueues } from '../../../src/app/queues/pause-queues.js'
import { resumeQueues } from '../../../src/app/queues/resume-queues.js'
import { systemClock } from '../../../src/engine/clock.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { newJob } from '../../support/job.js'

async function storeWithMail() {
  const store = openMemoryStore(systemClock)
  await store.enqueue([newJob({ queue: 'mail' })])
  return store
}

test('A pause notes queues that were paused already, and those without jobs with the nearest name.', async () => {
  const store = await storeWithMail()
  expect(await pauseQueues(store, ['mail'])).toMatchObject({ items: [{ name: 'mail', paused: true }], notes: [] })
  expect(await pauseQueues(store, ['mail', 'mial'])).toMatchObject({
    items: [
      { name: 'mail', paused: true },
      { name: 'mial', paused: true },
    ],
    notes: [
      { kind: 'unchanged', name: 'mail' },
      { kind: 'no-jobs', name: 'mial', nearest: 'mail' },
    ],
  })
})

test('Queues are resumed all or none: an unknown one is an error.', async () => {
  const store = await storeWithMail()
  await pauseQueues(store, ['mail'])
  await expect(resumeQueues(store, ['mail', 'other'])).rejects.toMatchObject({ code: 'E_NO_QUEUE' })
  expect((await store.pausedQueues()).map(({ name }) => name)).toEqual(['mail'])
  expect(await resumeQueues(store, ['mail'])).toMatchObject({ items: [{ paused: false }], unchanged: [] })
  expect(await resumeQueues(store, ['mail'])).toMatchObject({ unchanged: ['mail'] })
})
