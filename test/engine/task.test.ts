import { describe, expect, test } from 'vitest'
import { task } from '../../src/engine/task.js'

const run = () => 1

describe('options', () => {
  test.each<[options: object, message: string]>([
    [{ tmeout: '5m' }, 'task(): there is no option "tmeout"'],
    [{ retry: { max: 0 } }, 'retry: there is no option "max"'],
    [{ retry: { maxRetrys: 0 } }, 'retry: there is no option "maxRetrys"'],
    [{ retry: 3 }, 'retry'],
    [{ retry: { jitter: 'yes' } }, 'retry.jitter: "yes" is neither true nor false'],
    [{ retry: { exponentialBackoff: 0 } }, 'retry.exponentialBackoff: 0 is neither true nor false'],
    [{ retry: { dontRetryOn: TypeError } }, 'retry.dontRetryOn: it is no list of error classes'],
    [{ retry: { dontRetryOn: ['TypeError'] } }, 'retry.dontRetryOn: it is no list of error classes'],
    [{ schema: {} }, 'schema: it is no Standard Schema'],
    [{ schema: { parse() {} } }, 'schema: it is no Standard Schema'],
    [{ schema: null }, 'schema: it is no Standard Schema'],
    [[], 'task(): the options are no object'],
    [{ delay: '1h' }, 'task(): there is no option "delay"'],
  ])('task(%j) is refused by name.', (options, message) => {
    expect(() => task(options, run)).toThrow(message)
  })

  test.each<[options: object, message: string]>([
    [{ delaly: '1h' }, 'with(): there is no option "delaly"'],
    [{ retry: 1 }, 'with(): there is no option "retry"'],
    [{ delay: 'soon' }, 'delay: "soon" is not a duration'],
    [{ delay: '1h', at: new Date() }, 'delay and at are both given'],
    [{ onConflict: 'keep', key: 'k' }, 'onConflict: "keep" is none of skip, replace, error'],
    [{ priority: 101 }, 'priority'],
    [{ queue: '../x' }, 'is no queue name'],
    ['1h' as unknown as object, 'with(): the options are no object'],
  ])('with(%j) throws at once.', (options, message) => {
    expect(() => task({}, run).with(options)).toThrow(message)
  })

  test('A mistyped option is told what was probably meant.', () => {
    const hintOf = (make: () => unknown) => {
      try {
        return make()
      } catch (thrown) {
        return (thrown as { hint?: unknown }).hint
      }
    }
    expect(hintOf(() => task({ tmeout: 1 } as object, run))).toBe('did you mean "timeout"?')
    expect(hintOf(() => task({}, run).with({ delaly: 1 } as object))).toBe('did you mean "delay"?')
  })

  test('A task stays its function, and the types of enqueue() are its parameters.', async () => {
    const add = task({ retry: { maxRetries: 0 } }, (a: number, b?: number) => a + (b ?? 2))
    expect(add(1)).toBe(3)
    // @ts-expect-error: no text where a number is declared
    await expect(add.with({ key: 'k' }).enqueue('1')).rejects.toThrow('not registered')
    // @ts-expect-error: no options behind the arguments
    await expect(add.enqueue(1, 2, { delay: '1h' })).rejects.toThrow('not registered')
  })
})
