import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/domain/errors.js'
import { checkEnqueueOptions, type EnqueueOptions } from '../../src/domain/request.js'

const check = (options: unknown) => checkEnqueueOptions(options as EnqueueOptions, 'with()')

describe('the options of one job', () => {
  test('All of them together are accepted.', () => {
    const options: EnqueueOptions = {
      delay: '1h',
      queue: 'mail',
      priority: 5,
      retries: 0,
      timeout: false,
      expires: '1d',
      key: 'digest',
      onConflict: 'replace',
      keyFor: '2h',
    }
    check(options)
    check({ at: new Date(0), key: undefined })
    check({})
  })

  test.each<[options: unknown, message: string, hint: RegExp | null]>([
    [{ delaly: '1h' }, 'with(): there is no option "delaly"', /did you mean "delay"\?/],
    [{ maxRetries: 1 }, 'with(): there is no option "maxRetries"', /did you mean "retries"\?/],
    [{ concurrency: 1 }, 'with(): there is no option "concurrency"', /known are delay, at, queue/],
    [{ onconflict: 'skip' }, 'with(): there is no option "onconflict"', /did you mean "onConflict"\?/],
    [{ ['__proto__']: 1 }, 'with(): there is no option "__proto__"', /known are/],
    [{ key: '\ud83d' }, 'key has half of a surrogate pair', null],
    [undefined, 'with(): the options are not an object', null],
    [null, 'with(): the options are not an object', null],
    ['1h', 'with(): the options are not an object', null],
    [[], 'with(): the options are not an object', null],
    [new Map([['delay', '1h']]), 'with(): the options are not an object', null],
    [Object.create({ delay: '1h' }), 'with(): the option "delay" is inherited', /write it into the object itself/],
    [{ delay: 'soon' }, 'delay: "soon" is not a duration', null],
    [{ delay: null }, 'delay: null is not a duration', null],
    [{ delay: 1, at: 1 }, 'delay and at are both given', null],
    [{ at: '2026-12-24' }, 'at: "2026-12-24" is not a time', /2026-12-24T18:00:00Z or 2026-12-24T18:00\+01:00/],
    [{ at: '2026-12-24T18:00' }, 'at: "2026-12-24T18:00" is not a time', /2026-12-24T18:00:00Z/],
    [{ at: '2026-02-30T18:00Z' }, 'at: "2026-02-30T18:00Z" is not a time', null],
    [{ at: '2026-13-01T18:00Z' }, 'at: "2026-13-01T18:00Z" is not a time', null],
    [{ at: new Date(Number.NaN) }, 'at: Invalid Date is not a time', null],
    [{ at: {} }, 'at: an object is not a time', null],
    [{ expires: '0' }, 'expires: 0 leaves no time to begin', null],
    [{ delay: '1000000w' }, 'delay: "1000000w" is longer than a hundred years', null],
    [{ retries: '1' }, 'retries: "1" is not a whole number', null],
    [{ queue: 'a b' }, '"a b" is no queue name', null],
    [{ priority: 101 }, 'priority: 101 is not a whole number', null],
    [{ priority: '5' }, 'priority: "5" is not a whole number', null],
    [{ retries: -1 }, 'retries: -1 is not a whole number', null],
    [{ timeout: 0 }, 'timeout: 0 leaves no time to run', null],
    [{ expires: Number.NaN }, 'expires: NaN is not a duration', null],
    [{ key: '' }, 'key is not a text', null],
    [{ key: 7 }, 'key is not a text', null],
    [{ key: 'k', onConflict: 'ignore' }, 'onConflict: "ignore" is none of', null],
    [{ key: 'k', keyFor: 'long' }, 'keyFor: "long" is not a duration', null],
    [{ onConflict: 'error' }, 'onConflict is given without a key', null],
    [{ keyFor: '1h' }, 'keyFor is given without a key', null],
  ])('%j is refused: %s.', (options, message, hint) => {
    let refused: unknown
    try {
      check(options)
    } catch (thrown) {
      refused = thrown
    }
    expect(refused).toBeInstanceOf(UsageError)
    expect((refused as UsageError).message).toContain(message)
    if (hint !== null) expect((refused as UsageError).hint).toMatch(hint)
  })
})
