import { describe, expect, test } from 'vitest'
import type { EnqueueOptions } from '../../src/domain/request.js'
import { bindTask, definitionOf, task } from '../../src/engine/task.js'

const run = () => 1
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const

/** A registered task, and what was asked of its store. */
function registered<Args extends readonly unknown[]>(run: (...args: Args) => unknown) {
  const asked: [args: unknown, options: EnqueueOptions][] = []
  const registeredTask = task({}, run)
  bindTask(registeredTask, {
    owner: asked,
    enqueue: async (argsJson, options) => {
      asked.push([JSON.parse(argsJson), options])
      return { id: 'j1', duplicate: false }
    },
  })
  return { task: registeredTask, asked }
}

test.each<[what: string, run: unknown]>([
  ['a function', 5],
  ['a plain function: it is a class', class {}],
  ['a plain function: it is a generator function', function* () {}],
  ['a plain function: it is a generator function', async function* () {}],
])('What a call of would run nothing is no task: not %s.', (what, wrong) => {
  expect(() => task({}, wrong as () => void)).toThrow(`task(options, run): run is not ${what}`)
})

describe('options', () => {
  test('All of them together are accepted.', () => {
    const options = {
      retry: {
        maxRetries: 5,
        initialDelay: '2s',
        maxDelay: '1h',
        exponentialBackoff: false,
        factor: 3,
        jitter: true,
        retryOn: [Error],
        dontRetryOn: [TypeError],
      },
      timeout: '1m',
      grace: 0,
      isolation: 'own',
      queue: 'mail',
      priority: -1,
      schema,
      schedule: { cron: '@daily' },
    } as const
    expect(definitionOf(task(options, (input: unknown) => input))).toEqual({
      defaults: {
        queue: 'mail',
        priority: -1,
        maxRetries: 5,
        backoff: { initialDelayMs: 2_000, maxDelayMs: 3_600_000, exponentialBackoff: false, factor: 3, jitter: true },
        timeoutMs: 60_000,
      },
      graceMs: 0,
      isolation: 'own',
      schema,
      retryOn: [Error],
      dontRetryOn: [TypeError],
      schedule: { cron: '@daily' },
    })
  })

  test('A schema may be a function.', () => {
    const callable = Object.assign(() => {}, schema)
    expect(definitionOf(task({ schema: callable }, () => {})).schema).toBe(callable)
  })

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
    [[], 'task(): the options are not an object'],
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
    ['1h' as unknown as object, 'with(): the options are not an object'],
  ])('with(%j) throws at once.', (options, message) => {
    expect(() => task({}, run).with(options)).toThrow(message)
  })

  test('The error for a mistyped option suggests the right name.', () => {
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

describe('enqueue() and with()', () => {
  test('Whatever enqueue() gets is an argument of the function.', async () => {
    const { task: defaulted, asked } = registered((input: object = {}, more?: object) => [input, more])
    await defaulted.enqueue()
    await defaulted.enqueue({ key: 'own', delay: '1h' })
    await defaulted.enqueue({}, { priority: 5 })
    await defaulted.enqueue({}, undefined)
    expect(asked).toEqual([
      [[], {}],
      [[{ key: 'own', delay: '1h' }], {}],
      [[{}, { priority: 5 }], {}],
      [[{}], {}],
    ])
  })

  test('with() gives options to the jobs made of what it answers, and to no others.', async () => {
    const { task: plain, asked } = registered((n: number) => n)
    const options = { delay: '1h', key: 'k' }
    const later = plain.with(options)
    options.delay = 'changed after'
    await later.enqueue(1)
    await later.enqueue(2)
    await plain.enqueue(3)
    expect(asked).toEqual([
      [[1], { delay: '1h', key: 'k' }],
      [[2], { delay: '1h', key: 'k' }],
      [[3], {}],
    ])
  })

  test('An argument that JSON cannot carry is refused with its path, and so is a task that is not registered.', async () => {
    const { task: plain, asked } = registered((...args: unknown[]) => args)
    await expect(plain.enqueue(1, { big: [1n] })).rejects.toThrow('arguments[1].big[0] is a BigInt')
    await expect(plain.enqueue(undefined, 1)).rejects.toThrow('arguments[0] is undefined')
    expect(asked).toEqual([])
    const hidden = task({}, () => {})
    await expect(hidden.with({ key: 'k' }).enqueue()).rejects.toMatchObject({ code: 'E_UNREGISTERED' })
  })

  test('Types know the arguments and the options.', () => {
    const send = task({}, (to: string, subject?: string) => [to, subject])
    const digest = task({ schema }, (input: unknown) => input)
    const typed = () => [
      send.enqueue('a'),
      send.with({ key: 'k' }).enqueue('a', 'b'),
      digest.enqueue({}),
      // @ts-expect-error: the first argument is a text
      send.enqueue(1),
      // @ts-expect-error: options go through with()
      send.enqueue('a', 'b', { delay: '1h' }),
      // @ts-expect-error: the single argument is all there is
      digest.enqueue({}, { delay: '1h' }),
      // @ts-expect-error: no such option
      send.with({ delaly: '1h' }),
      // @ts-expect-error: the arguments are checked behind with() too
      send.with({}).enqueue(1),
      // @ts-expect-error: no such option
      task({ tmeout: '1m' }, () => {}),
      // @ts-expect-error: no such option of retry
      task({ retry: { max: 0 } }, () => {}),
    ]
    expect(typed).toBeTypeOf('function')
  })
})
