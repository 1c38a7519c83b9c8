import { expect } from 'vitest'
import { tokenKeptMs, tokenValidMs } from '../../src/stores/tokens.js'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { contract, type Subject } from './harness.js'

/** A job that was read now, with this token. */
const marked = ({ clock }: Subject, value: string, overrides: Parameters<typeof newJob>[0] = {}) =>
  newJob({ ...overrides, token: { value, validUntil: clock.now() + tokenValidMs } })
const ids = async ({ store }: Subject) =>
  (await store.jobs({}, { limit: 100, after: null })).items.map(({ id }) => id).sort()
const prune = ({ store }: Subject, limit = 100) => store.prune(retentionOf({}), limit)

contract('tokens', (test) => {
  test('A job with a known token is not stored again: the answer is the id of the first one.', async (subject) => {
    const { store } = subject
    const [first] = await store.enqueue([marked(subject, 'a')])
    expect(first).toEqual({ id: 'j1', answer: 'created' })
    const again = await store.enqueue([marked(subject, 'b'), marked(subject, 'a'), newJob()])
    expect(again).toEqual([
      { id: 'j2', answer: 'created' },
      { id: 'j1', answer: 'existing' },
      { id: 'j3', answer: 'created' },
    ])
    expect(await ids(subject)).toEqual(['j1', 'j2', 'j3'])
  })

  test('Of two jobs with one token in one call, or in two calls of one turn, one is stored.', async (subject) => {
    const { store } = subject
    const [[one, two] = [], [three] = []] = await Promise.all([
      store.enqueue([marked(subject, 'a'), marked(subject, 'a')]),
      store.enqueue([marked(subject, 'a')]),
    ])
    expect([one, two, three].map((answer) => answer?.id)).toEqual(['j1', 'j1', 'j1'])
    expect(await ids(subject)).toEqual(['j1'])
  })

  test('A job that is refused leaves its token to the next one of the call, also where that takes the key of an expired job.', async (subject) => {
    const key = (name: string) => ({ name, policy: 'error', forMs: 0 }) as const
    await subject.add({ key: key('held') })
    const old = await subject.add({ key: key('late'), expiresAt: subject.clock.now() + 10 })
    await subject.advance(10)
    const answers = await subject.store.enqueue([
      marked(subject, 'a', { key: key('held') }),
      marked(subject, 'a', { key: key('late') }),
      marked(subject, 'a', { key: key('other') }),
    ])
    expect(answers.map(({ answer }) => answer)).toEqual(['refused', 'created', 'existing'])
    expect(await subject.job(old)).toMatchObject({ state: 'failed', reason: 'expired' })
  })

  test('A token is not part of the job.', async (subject) => {
    await subject.store.enqueue([marked(subject, 'a')])
    expect(await subject.job('j1')).not.toHaveProperty('token')
  })

  test('A token stands for its job when the job has ended, and when it is gone.', async (subject) => {
    const { store } = subject
    await store.enqueue([marked(subject, 'a')])
    await store.cancel(['j1'])
    expect(await store.enqueue([marked(subject, 'a')])).toEqual([{ id: 'j1', answer: 'existing' }])
    await store.remove(['j1'])
    expect(await store.enqueue([marked(subject, 'a')])).toEqual([{ id: 'j1', answer: 'existing' }])
    expect(await ids(subject)).toEqual([])
  })

  test('The token of a job that its key has kept out stands for the older job, even when the key is free.', async (subject) => {
    const { store } = subject
    const key = { name: 'k', policy: 'skip', forMs: 0 } as const
    await subject.add({ key })
    expect(await store.enqueue([marked(subject, 'a', { key })])).toEqual([{ id: 'j1', answer: 'existing' }])
    await store.cancel(['j1'])
    expect(await store.enqueue([marked(subject, 'a', { key })])).toEqual([{ id: 'j1', answer: 'existing' }])
    expect(await ids(subject)).toEqual(['j1'])
  })

  test('The token of a refused job is not kept: the next try may be taken.', async (subject) => {
    const { store } = subject
    const key = { name: 'k', policy: 'error', forMs: 0 } as const
    await subject.add({ key })
    expect(await store.enqueue([marked(subject, 'a', { key })])).toEqual([{ id: 'j1', answer: 'refused' }])
    await store.cancel(['j1'])
    expect(await store.enqueue([marked(subject, 'a', { key })])).toEqual([{ id: 'j2', answer: 'created' }])
  })

  test('A token that is not valid any more is refused with the whole call, unless it is known.', async (subject) => {
    const { store } = subject
    const [known, unknown] = [marked(subject, 'a'), marked(subject, 'b')]
    await store.enqueue([known])
    await subject.advance(tokenValidMs)
    await store.enqueue([marked(subject, 'c')])
    await subject.advance(1)
    await expect(store.enqueue([newJob(), unknown])).rejects.toMatchObject({ code: 'E_TOKEN_LATE' })
    expect(await store.enqueue([known])).toEqual([{ id: 'j1', answer: 'existing' }])
    expect(await ids(subject)).toEqual(['j1', 'j2'])
  })

  test('A token that was let go of stays known for longer than any is valid, then it goes.', async (subject) => {
    const { store } = subject
    const stale = marked(subject, 'a')
    await store.enqueue([stale])
    await store.forgetTokens(['a', 'never seen'])
    await subject.advance(tokenKeptMs.forgotten - 1)
    expect(await prune(subject)).toBe(0)
    expect(await store.enqueue([stale])).toEqual([{ id: 'j1', answer: 'existing' }])
    await subject.advance(1)
    expect(await prune(subject)).toBe(1)
    await expect(store.enqueue([stale])).rejects.toMatchObject({ code: 'E_TOKEN_LATE' })
    expect(await store.enqueue([marked(subject, 'a')])).toEqual([{ id: 'j2', answer: 'created' }])
  })

  test('A token that nobody lets go of is known for 90 days.', async (subject) => {
    const { store } = subject
    await store.enqueue([marked(subject, 'a')])
    await subject.advance(tokenKeptMs.others - 1)
    expect(await prune(subject)).toBe(0)
    expect(await store.enqueue([marked(subject, 'a')])).toEqual([{ id: 'j1', answer: 'existing' }])
    await subject.advance(1)
    expect(await prune(subject)).toBe(1)
  })

  test('Tokens go in full batches.', async (subject) => {
    const { store } = subject
    const tokens = ['a', 'b', 'c']
    await store.enqueue(tokens.map((token) => marked(subject, token)))
    await store.forgetTokens(tokens)
    await subject.advance(tokenKeptMs.forgotten)
    expect([await prune(subject, 2), await prune(subject, 2), await prune(subject, 2)]).toEqual([2, 1, 0])
  })
})
