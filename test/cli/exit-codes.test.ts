import { describe, expect, test } from 'vitest'
import { describeError } from '../../src/cli/base-command.js'
import { exitCodeOfError, exitCodeOfJob, exitCodes } from '../../src/cli/exit-codes.js'
import {
  KeyTakenError,
  NotFoundError,
  ProjectError,
  StoreUnavailableError,
  UsageError,
} from '../../src/domain/errors.js'
import { NotJsonError } from '../../src/domain/json.js'

describe('exit codes', () => {
  test('They are these and no others.', () => {
    expect(exitCodes).toEqual({
      done: 0,
      failed: 1,
      usage: 2,
      timedOut: 3,
      cancelled: 4,
      notFound: 5,
      storeUnavailable: 6,
      interrupted: 130,
    })
  })

  test('What the system lacks is no bug.', () => {
    const error = Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE' })
    expect(describeError(error)).toMatchObject({ code: 'E_RESOURCES', exitCode: 1 })
    expect(describeError(new TypeError('x is not a function'))).toMatchObject({ code: 'E_BUG' })
  })

  test('A job ends a command by how it ended.', () => {
    expect(exitCodeOfJob({ state: 'completed', reason: null })).toBe(0)
    expect(exitCodeOfJob({ state: 'cancelled', reason: null })).toBe(4)
    for (const reason of ['error', 'lost', 'expired'] as const)
      expect(exitCodeOfJob({ state: 'failed', reason })).toBe(1)
    expect(exitCodeOfJob({ state: 'failed', reason: 'timeout' })).toBe(3)
  })

  test('An error ends it by its kind.', () => {
    const errors = [
      new UsageError('E_USAGE', ''),
      new NotJsonError('a', 'is a Map'),
      new ProjectError('E_CONFIG', ''),
      new NotFoundError('E_NO_JOB', ''),
      new StoreUnavailableError('E_STORE_LOST', ''),
      new KeyTakenError('k', 'j1'),
      new Error('a bug'),
    ]
    expect(errors.map(exitCodeOfError)).toEqual([2, 2, 2, 5, 6, 1, 1])
  })

  test('A mistake in the command line is one of usage.', () => {
    const error = Object.assign(new Error('Something new\nSee more help with --help'), { oclif: { exit: 2 } })
    expect(describeError(error)).toEqual({ code: 'E_USAGE', message: 'Something new', hint: 'see --help', exitCode: 2 })
  })

  test('--help ends without an error; what nobody expected is called a bug.', () => {
    expect(describeError(Object.assign(new Error('EEXIT: 0'), { code: 'EEXIT', oclif: { exit: 0 } }))).toBeNull()
    expect(describeError(new TypeError('x is undefined'))).toMatchObject({
      code: 'E_BUG',
      message: 'TypeError: x is undefined',
      exitCode: 1,
    })
  })
})
