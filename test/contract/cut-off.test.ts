import { expect } from 'vitest'
import { newJob } from '../support/job.js'
import { contract, type Subject } from './harness.js'

// A store in this process has no connection that could be cut: it passes as it is.
const count = 60

async function counts(subject: Subject) {
  const [queue] = await subject.store.queues()
  return queue?.counts
}

contract('cut-off', (test) => {
  test('An enqueue whose answer never comes stores its jobs once.', async (subject) => {
    subject.cutAnswers(3, 12)
    const ids: string[] = []
    for (let call = 0; call < count; call++) {
      ids.push(...(await subject.store.enqueue([newJob(), newJob()])).map(({ id }) => id))
    }
    expect(new Set(ids).size).toBe(2 * count)
    expect(await counts(subject)).toMatchObject({ queued: 2 * count })
  })

  test('Enqueues that are under way together when their connection is cut store their jobs once.', async (subject) => {
    subject.cutAnswers(2, 6)
    const calls = Array.from({ length: count }, () => subject.store.enqueue([newJob()]))
    const ids = (await Promise.all(calls)).flatMap((answers) => answers.map(({ id }) => id))
    expect(new Set(ids).size).toBe(count)
    expect(await counts(subject)).toMatchObject({ queued: count })
  })

  test('A claim whose answer never comes gives its jobs out all the same, each once.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: count }, () => newJob()))
    const worker = await subject.register()
    subject.cutAnswers(2, 10)
    const claimed: string[] = []
    for (;;) {
      const ids = await subject.claimIds(worker, 3)
      if (ids.length === 0) break
      claimed.push(...ids)
    }
    expect(claimed).toEqual(Array.from({ length: count }, (_, index) => `j${index + 1}`))
  })

  test('An end whose answer never comes is written and counted once, and is answered as settled.', async (subject) => {
    await subject.store.enqueue(Array.from({ length: count }, () => newJob()))
    const worker = await subject.register()
    const claims = await subject.claim(worker, count)
    subject.cutAnswers(2, 12)
    for (const claim of claims) expect(await subject.settle(claim, subject.outcome.completed())).toBe('settled')
    expect(await counts(subject)).toMatchObject({ completed: count })
    expect(await subject.store.statistics(null)).toMatchObject([{ completed: count }])
  })

  test('Output whose answer never comes is there once.', async (subject) => {
    const { lease } = await subject.start()
    subject.cutAnswers(2, 10)
    for (let line = 1; line <= 20; line++) {
      const output = [{ line, at: 0, stream: 'stdout', text: `line ${line}` }] as const
      const addition = { lease, progress: null, output, forget: null, usage: null }
      expect(await subject.store.append([addition])).toEqual(['appended'])
    }
    const lines = await subject.store.output(lease.job, 1, { after: 0, limit: 100 })
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })
})
