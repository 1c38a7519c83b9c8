import { expect, test } from 'vitest'
import { jobStates } from '../../src/domain/job.js'
import { canMove, finalStates, isFinal, transitions } from '../../src/domain/transitions.js'

const moves = jobStates.flatMap((from) => jobStates.filter((to) => canMove(from, to)).map((to) => `${from} -> ${to}`))

test('These are all the moves that a job can make.', () => {
  expect(moves).toEqual([
    'scheduled -> queued',
    'scheduled -> failed',
    'scheduled -> cancelled',
    'queued -> running',
    'queued -> failed',
    'queued -> cancelled',
    'running -> scheduled',
    'running -> queued',
    'running -> completed',
    'running -> failed',
    'running -> cancelled',
    'failed -> queued',
    'cancelled -> queued',
  ])
})

test('A job runs only out of a queue, and is completed only by running.', () => {
  expect(moves.filter((move) => move.endsWith('-> running'))).toEqual(['queued -> running'])
  expect(moves.filter((move) => move.endsWith('-> completed'))).toEqual(['running -> completed'])
})

test('Only a user moves a job out of a final state, and never out of completed.', () => {
  expect(finalStates).toEqual(['completed', 'failed', 'cancelled'])
  for (const state of finalStates) {
    for (const cause of Object.values(transitions[state])) expect(cause).toBe('retried by hand')
  }
  expect(transitions.completed).toEqual({})
  expect(jobStates.filter(isFinal)).toEqual(finalStates)
})

test('Every move says what causes it.', () => {
  for (const state of jobStates) for (const cause of Object.values(transitions[state])) expect(cause).not.toBe('')
})
