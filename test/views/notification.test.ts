import { expect, test } from 'vitest'
import { notificationJson } from '../../src/views/notification.js'
import { runningJob } from '../support/job.js'

const from = { project: '/srv/shop', host: 'here' }
const error = { name: 'Error', message: 'no', stack: null }
const failed = (argsJson: string) =>
  runningJob({ state: 'failed', reason: 'error', error, argsJson, endedAt: 5, failures: 4 })

test('It has the job as a reader of jobs gets it, masked, and a line of text.', () => {
  const json = notificationJson({ job: failed('[{"token":"t-secret"}]'), attempts: [] }, [], from)
  expect(json).toMatchObject({
    event: 'job.failed',
    ...from,
    job: { id: 'j1', args: [{ token: '***' }], attempts: [] },
  })
  expect(json.text).toMatch(/^j1 \(hello\) failed .*: Error: no$/)
  expect(JSON.stringify(json)).not.toContain('t-secret')
})

test('The text shows a command as it was typed, with its secrets masked.', () => {
  const job = { ...failed('["./backup.sh","--token","t-secret"]'), task: 'shell' }
  const json = notificationJson({ job, attempts: [] }, [], from)
  expect(json.text).toMatch(/^j1 \(\.\/backup\.sh --token '?\*\*\*'?\) failed/)
  expect(JSON.stringify(json)).not.toContain('t-secret')
})

test('What is too large is left out: the arguments first, then the attempts.', () => {
  const large = JSON.stringify(['x'.repeat(255 * 1024)])
  expect(notificationJson({ job: failed(large), attempts: [] }, [], from).job.args).toBeNull()
  const attempt = { attempt: 1, state: 'failed', reason: 'error', startedAt: 0, endedAt: 5, worker: 'w1' } as const
  const rest = { endedBy: 'throw', usage: null, error: { ...error, stack: 's'.repeat(60_000) } } as const
  const attempts = Array.from({ length: 10 }, () => ({ ...attempt, ...rest }))
  expect(notificationJson({ job: failed(large), attempts }, [], from).job).toMatchObject({ args: null, attempts: [] })
})
