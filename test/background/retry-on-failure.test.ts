import { describe, expect, test } from 'vitest'
import { RetryLater, RetryPolicy, retryOnFailure, UsageError } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { recordedLogger } from '../support/recorded-logger.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('retryOnFailure()', () => {
  test('repeats a function after growing waits, each logged, and resolves with its result.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    let calls = 0
    async function fetchPage(url: string, retries: number) {
      calls += 1
      if (calls <= retries) throw new Error(`no answer of ${url}`)
      return url.length
    }
    const policy = new RetryPolicy({ maxRetries: 3, initialDelay: '2s' })
    const fetching: Promise<number> = retryOnFailure(policy, { clock, logger })(fetchPage)('http://a', 2)
    await turn()
    await clock.advance(1_999)
    expect(calls).toBe(1)
    await clock.advance(1)
    expect(calls).toBe(2)
    await clock.advance(4_000)
    expect(await fetching).toBe(8)
    expect(logger.lines).toEqual([
      'warn fetchPage: attempt 1 of 4 failed, again in 2s: Error: no answer of http://a',
      'warn fetchPage: attempt 2 of 4 failed, again in 4s: Error: no answer of http://a',
    ])
  })

  test('rejects with the last error when the retries are used up, and logs that as an error.', async () => {
    const logger = recordedLogger()
    const errors: Error[] = []
    const failing = retryOnFailure(
      { maxRetries: 2, initialDelay: 0 },
      { logger },
    )(function send() {
      errors.push(new Error(`number ${errors.length + 1}`))
      throw errors.at(-1)
    })
    await expect(failing()).rejects.toThrow('number 3')
    expect(logger.lines).toEqual([
      'warn send: attempt 1 of 3 failed, again in 0ms: Error: number 1',
      'warn send: attempt 2 of 3 failed, again in 0ms: Error: number 2',
      'error send: failed after 3 attempts: Error: number 3',
    ])
    expect(logger.errors).toEqual([errors[2]])
  })

  test('keeps the name, the parameters and the `this` of a function, and makes a promise of a sync one.', async () => {
    class Mailer {
      readonly from = 'ada'
      send = retryOnFailure()(function send(this: Mailer, to: string, count = 1) {
        return `${this.from} ${to} ${count}`
      })
    }
    const mailer = new Mailer()
    expect([mailer.send.name, mailer.send.length]).toEqual(['send', 1])
    expect(await mailer.send('bob', 2)).toBe('ada bob 2')
    // @ts-expect-error: no number where a text is declared
    await mailer.send(5)
  })

  test('does not retry what the policy leaves out, and takes RetryLater as in a job.', async () => {
    const logger = recordedLogger()
    const options = { logger, clock: movableClock() }
    let calls = 0
    const invalid = retryOnFailure(
      { dontRetryOn: [TypeError] },
      options,
    )(() => {
      calls += 1
      throw new TypeError('invalid')
    })
    await expect(invalid()).rejects.toThrow('invalid')
    expect(calls).toBe(1)
    const later = retryOnFailure(
      { maxRetries: 0 },
      options,
    )(async () => {
      calls += 1
      if (calls < 4) throw new RetryLater(0)
      return calls
    })
    expect(await later()).toBe(4)
  })

  test('refuses wrong options and what is no function where they are written.', () => {
    expect(() => retryOnFailure({ maxRetries: -1 })).toThrow(UsageError)
    expect(() => retryOnFailure({ delay: 2 } as object)).toThrow('retryOnFailure(): there is no option "delay"')
    expect(() => retryOnFailure({}, { log: console } as object)).toThrow('there is no option "log"')
    expect(() => retryOnFailure()(5 as never)).toThrow('retryOnFailure(): 5 is no function')
  })
})
