import { expect, test } from 'vitest'
import { describeMessage } from '../../../src/engine/ipc/describe-message.js'

test.each([
  [
    {
      type: 'jobs',
      jobs: [
        ['j1', 1, 'mail', '["hunter2"]'],
        ['j22', 3, 'mail', '[]'],
      ],
      atOnce: 2,
    },
    'jobs, N bytes, j1 j22',
  ],
  [{ type: 'turn', ends: [['j1', 1, '"hunter2"', 1, 2]], started: [['j2', 1]] }, 'turn, N bytes, j1 j2'],
  [{ type: 'stop', id: 'j3', attempt: 1, reason: 'timeout' }, 'stop, N bytes, j3'],
  [{ type: 'enqueued', ask: 1, answer: { id: 'j4', duplicate: false } }, 'enqueued, N bytes, j4'],
  [{ type: 'recycle' }, 'recycle, N bytes'],
  ['hunter2', 'unreadable, N bytes'],
  [{ type: '\u001b[31mhunter2', jobs: [{ id: '\u001b[2J' }] }, 'unreadable, N bytes, -'],
])('%j is described by its type, its size and its jobs, without what is in it', (message, line) => {
  expect(describeMessage(message).replace(/\d+(?= bytes)/, 'N')).toBe(line)
})

test('Of many jobs the first ten are named.', () => {
  const jobs = Array.from({ length: 1_000 }, (_, index) => ({ id: `j${index}`, attempt: 1 }))
  expect(describeMessage({ type: 'returned', jobs })).toMatch(/bytes, j0 j1 j2 j3 j4 j5 j6 j7 j8 j9 and 990 more$/)
})
