import { expect, test } from 'vitest'
import { outboxText, parseOutboxText } from '../../src/domain/outbox-job.js'
import { newJob } from '../support/job.js'

const now = Date.UTC(2030, 0, 1)
const backoff = { initialDelayMs: 1_000, maxDelayMs: 60_000, exponentialBackoff: true, factor: 2, jitter: false }
const row = (fields: object) => JSON.stringify({ task: 'hello', argsJson: '[]', ...fields })

test('A job comes back as it was written.', () => {
  const job = newJob({ backoff, timeoutMs: null, key: { name: 'k', policy: 'replace', forMs: 5 }, expiresAt: now + 1 })
  expect(parseOutboxText(outboxText(job), now)).toEqual(job)
})

// Each of these once broke whoever ran or showed the job.
test.each([
  ['a wait that no column can hold', { backoff: { ...backoff, initialDelayMs: 1e300 } }],
  ['a longest wait that no column can hold', { backoff: { ...backoff, maxDelayMs: 1e300 } }],
  ['a factor below 1', { backoff: { ...backoff, factor: 0 } }],
  ['a backoff that is a text', { backoff: 'soon' }],
  ['a time that no Date can show', { dueAt: Number.MAX_SAFE_INTEGER }],
  ['an expiry that no Date can show', { expiresAt: -Number.MAX_SAFE_INTEGER }],
  ['half a millisecond', { dueAt: 0.5 }],
  ['a limit of a million years', { timeoutMs: 1e18 }],
  ['a limit of nothing', { timeoutMs: 0 }],
  ['a limit as text', { timeoutMs: '1h' }],
  ['a key that is held for ever', { key: { name: 'k', policy: 'skip', forMs: 1e300 } }],
  ['arguments that are too deep', { argsJson: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }],
  ['arguments that are no list', { argsJson: '{}' }],
  ['a priority out of range', { priority: 1e9 }],
  ['more retries than there may be', { maxRetries: 1e9 }],
  ['a command', { task: 'shell' }],
])('A row with %s is refused.', (_, fields) => {
  expect(() => parseOutboxText(row(fields), now)).toThrow(
    expect.objectContaining({ name: expect.stringMatching(/^(Usage|NotJson)Error$/) }),
  )
})
