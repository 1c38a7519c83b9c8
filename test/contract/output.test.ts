import { expect } from 'vitest'
import type { OutputLine } from '../../src/domain/job.js'
import type { Addition, Claim } from '../../src/stores/store.js'
import { retentionOf } from '../support/retention.js'
import { contract, type Subject } from './harness.js'

const none = { progress: null, output: [], forget: null, usage: null }
const line = (number: number, text = `line ${number}`, stream: OutputLine['stream'] = 'stdout'): OutputLine => ({
  line: number,
  at: 1_000 + number,
  stream,
  text,
})
const add = (subject: Subject, { lease }: Claim, addition: Partial<Addition>) =>
  subject.store.append([{ lease, ...none, ...addition }])
const read = (subject: Subject, { job, lease }: Claim, after = 0, limit = 100) =>
  subject.store.output(job.id, lease.attempt, { after, limit })

contract('output', (test) => {
  test('What an attempt prints is kept in its order, and read a page at a time.', async (subject) => {
    const claim = await subject.start()
    const lines = [line(1), line(2, 'é \u0000 \u001b[2J', 'stderr'), line(3, '')]
    expect(await add(subject, claim, { output: lines.slice(0, 1) })).toEqual(['appended'])
    expect(await add(subject, claim, { output: lines.slice(1) })).toEqual(['appended'])
    expect(await read(subject, claim)).toEqual(lines)
    expect(await read(subject, claim, 1, 1)).toEqual([lines[1]])
    expect(await read(subject, claim, 3)).toEqual([])
  })

  test('It stays when the attempt has ended, and the next attempt has its own.', async (subject) => {
    const claim = await subject.start()
    await add(subject, claim, { output: [line(1, 'first')] })
    await subject.settle(claim, subject.outcome.retry(0))
    const again = await subject.claimOne(claim.worker)
    await add(subject, again, { output: [line(1, 'second')] })
    await subject.settle(again, subject.outcome.completed())
    expect((await read(subject, claim)).map(({ text }) => text)).toEqual(['first'])
    expect((await read(subject, again)).map(({ text }) => text)).toEqual(['second'])
  })

  test('Lines that are too many are forgotten, those at the ends stay.', async (subject) => {
    const claim = await subject.start()
    await add(subject, claim, { output: [1, 2, 3, 4, 5].map((number) => line(number)), forget: { first: 2, last: 4 } })
    expect((await read(subject, claim)).map(({ line: number }) => number)).toEqual([1, 5])
  })

  test('A worker that lost the job adds nothing: another attempt, another worker, a lease that is over, a job that has ended.', async (subject) => {
    const claim = await subject.start()
    const progress = { fraction: 0.5, message: null }
    const wrong = [
      { ...claim.lease, attempt: 2 },
      { ...claim.lease, worker: 'w99' },
      { ...claim.lease, job: 'j99' },
    ]
    const late = wrong.map((lease) => ({ lease, ...none, progress, output: [line(1)] }))
    const good = { lease: claim.lease, ...none, output: [line(1, 'good')] }
    expect(await subject.store.append([...late, good])).toEqual(['lost', 'lost', 'lost', 'appended'])
    await subject.advance(31_000)
    expect(await add(subject, claim, { progress, output: [line(2)] })).toEqual(['lost'])
    expect((await read(subject, claim)).map(({ text }) => text)).toEqual(['good'])
    expect(await subject.store.progress([claim.job.id])).toEqual(new Map())
  })

  test('Nothing is added to an attempt that has ended.', async (subject) => {
    const claim = await subject.start()
    await subject.settle(claim, subject.outcome.completed())
    expect(await add(subject, claim, { output: [line(1)] })).toEqual(['lost'])
    expect(await read(subject, claim)).toEqual([])
  })

  test('Progress is the last reported one, and stays after the end.', async (subject) => {
    const claim = await subject.start()
    const other = await subject.start()
    await add(subject, claim, { progress: { fraction: 0, message: 'begun' } })
    await add(subject, claim, { progress: { fraction: 0.4, message: null } })
    await subject.settle(claim, subject.outcome.completed())
    expect(await subject.store.progress([claim.job.id, other.job.id, 'j99'])).toEqual(
      new Map([[claim.job.id, { fraction: 0.4, message: null }]]),
    )
  })

  test('What an attempt has used is told with it.', async (subject) => {
    const claim = await subject.start()
    await add(subject, claim, { usage: { peakBytes: 1_000, cpuMs: 12 } })
    await subject.settle(claim, subject.outcome.retry(0))
    const again = await subject.claimOne(claim.worker)
    await subject.settle(again, subject.outcome.completed())
    expect(await subject.store.attempts(claim.job.id)).toMatchObject([
      { attempt: 1, usage: { peakBytes: 1_000, cpuMs: 12 } },
      { attempt: 2, usage: null },
    ])
  })

  test('All of it goes with its job.', async (subject) => {
    const claim = await subject.start()
    await add(subject, claim, { output: [line(1)], progress: { fraction: 1, message: null } })
    await subject.settle(claim, subject.outcome.completed())
    await subject.store.prune(retentionOf({ completedMs: 0 }), 10)
    expect(await read(subject, claim)).toEqual([])
    expect(await subject.store.progress([claim.job.id])).toEqual(new Map())
  })
})
