import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BackgroundTasks, RetryPolicy, UsageError } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { recordedLogger } from '../support/recorded-logger.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A promise that is settled from outside. */
function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe('Running', () => {
  test('Sync and async functions run with their own arguments, by reference, when the instance is called.', async () => {
    const seen: unknown[] = []
    const user = { name: 'Ada' }
    const tasks = new BackgroundTasks()
    tasks.addTask((given: object, count: number) => seen.push(given, count), user, 2)
    tasks.addTask(async (given: object) => {
      await turn()
      seen.push(given)
    }, user)
    expect([tasks.pending, seen.length]).toEqual([2, 0])
    await tasks()
    expect(seen).toEqual([user, 2, user])
    expect(seen[0]).toBe(user)
    expect([tasks.pending, tasks.running]).toEqual([0, 0])
  })

  test('execute() and executeAll() are the same; without tasks they resolve at once.', async () => {
    let runs = 0
    const tasks = new BackgroundTasks()
    await tasks.execute()
    for (const method of ['execute', 'executeAll'] as const) {
      tasks.addTask(() => {
        runs += 1
      })
      await tasks[method]()
    }
    expect(runs).toBe(2)
    expect(tasks).toBeInstanceOf(BackgroundTasks)
  })

  test('Executing twice at once runs each task once; both wait for the end of all.', async () => {
    const { opened, open } = gate()
    let runs = 0
    const tasks = new BackgroundTasks()
    tasks.addTask(() => {
      runs += 1
      return opened
    })
    const both = [tasks.execute(), tasks.execute()]
    await turn()
    expect(tasks.running).toBe(1)
    open()
    await Promise.all(both)
    expect(runs).toBe(1)
  })

  test('Tasks that are added while it runs, also by tasks, are part of the run.', async () => {
    const names: string[] = []
    const tasks = new BackgroundTasks({ maxConcurrent: 1 })
    const add = (name: string, depth: number) => {
      tasks.addTask(async () => {
        names.push(name)
        await turn()
        if (depth > 0) add(`${name}.${depth}`, depth - 1)
      })
    }
    add('a', 2)
    const running = tasks.execute()
    add('b', 0)
    await running
    expect(names).toEqual(['a', 'b', 'a.2', 'a.2.1'])
    expect(tasks.pending).toBe(0)
  })

  test('start() returns at once, and drain() waits for the end.', async () => {
    const { opened, open } = gate()
    const tasks = new BackgroundTasks()
    await tasks.drain()
    let ended = false
    tasks.addTask(async () => {
      await opened
      ended = true
    })
    await tasks.drain() // it starts nothing
    expect(tasks.pending).toBe(1)
    tasks.start()
    open()
    await tasks.drain()
    expect(ended).toBe(true)
  })

  test('No function is called before start() and addTask() have returned, so that a response need not wait for it.', async () => {
    const calls: string[] = []
    const tasks = new BackgroundTasks()
    const add = (name: string) => tasks.addTask(() => void calls.push(name))
    add('first')
    tasks.start()
    add('second')
    expect(calls).toEqual([])
    await tasks.drain()
    expect(calls).toEqual(['first', 'second'])
    tasks.addTask(turn)
    tasks.start()
    add('third') // while a run is under way
    expect(calls).toHaveLength(2)
    await tasks.drain()
    expect(calls).toHaveLength(3)
  })

  test('clear() removes what has not started, and says how much that was.', async () => {
    const { opened, open } = gate()
    const tasks = new BackgroundTasks({ maxConcurrent: 2, clock: movableClock() })
    for (let n = 0; n < 5; n++) tasks.addTask(() => opened)
    const running = tasks.execute()
    expect([tasks.clear(), tasks.pending, tasks.running]).toEqual([3, 0, 2])
    open()
    await running
    expect(tasks.clear()).toBe(0)
  })

  test('No more tasks run at a time than maxConcurrent, whatever they do, and they start in the order they were added.', async () => {
    const kinds = fc.constantFrom('returns', 'throws', 'resolves', 'rejects', 'takes turns')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(kinds, { maxLength: 30 }), async (limit, plan) => {
        const started: number[] = []
        let running = 0
        let most = 0
        const tasks = new BackgroundTasks({ maxConcurrent: limit, logger: recordedLogger() })
        for (const [index, kind] of plan.entries()) {
          tasks.addTask(() => {
            started.push(index)
            if (kind === 'returns') return
            if (kind === 'throws') throw new Error('thrown')
            running += 1
            most = Math.max(most, running)
            return (async () => {
              if (kind === 'takes turns') await turn()
              running -= 1
              if (kind === 'rejects') throw new Error('rejected')
            })()
          })
        }
        await tasks()
        expect(started).toEqual([...plan.keys()])
        expect(most).toBeLessThanOrEqual(limit)
        expect([running, tasks.pending, tasks.running]).toEqual([0, 0, 0])
      }),
    )
  })

  test('Each task runs in the async context of who added it.', async () => {
    const request = new AsyncLocalStorage<number>()
    const seen: (number | undefined)[] = []
    const tasks = new BackgroundTasks({ maxConcurrent: 1 })
    for (const id of [1, 2, 3]) {
      request.run(id, () => {
        tasks.addTask(async () => {
          await turn()
          seen.push(request.getStore())
        })
        if (id === 1) tasks.start()
      })
    }
    await tasks.drain()
    expect(seen).toEqual([1, 2, 3])
  })

  test('A long run of functions that never wait leaves the event loop its turns.', async () => {
    const tasks = new BackgroundTasks()
    for (let n = 0; n < 60; n++) {
      tasks.addTask(() => {
        const until = performance.now() + 2
        while (performance.now() < until);
      })
    }
    let turns = 0
    const running = tasks.execute().then(() => true)
    const count = async () => {
      while (!(await Promise.race([running, turn().then(() => false)]))) turns += 1
    }
    await count()
    expect(turns).toBeGreaterThan(5)
  })

  test('A thing that looks like a promise is waited for.', async () => {
    let thens = 0
    const tasks = new BackgroundTasks()
    tasks.addTask(() => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested
      then(resolve: (value: unknown) => void) {
        thens += 1
        resolve(undefined)
      },
    }))
    await tasks()
    expect(thens).toBe(1)
  })
})

describe('Failures', () => {
  test('They are logged with the name of the task and reported as an event, and never thrown.', async () => {
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ logger })
    const events: unknown[] = []
    tasks.on('failed', (event) => events.push(event))
    const error = new RangeError('no such\naddress')
    tasks.addTask(function send() {
      throw error
    })
    const later = async () => {
      throw 'a text'
    }
    tasks.with({ name: 'mail.later' }).addTask(later)
    tasks.addTask(() => {})
    await expect(tasks()).resolves.toBeUndefined()
    expect(logger.lines).toEqual([
      'error send: failed after 1 attempt: RangeError: no such\\naddress',
      'error mail.later: failed after 1 attempt: NonError: thrown value: "a text"',
    ])
    expect(logger.errors).toEqual([error, 'a text'])
    expect(events).toEqual([
      { name: 'send', error, attempts: 1 },
      { name: 'mail.later', error: 'a text', attempts: 1 },
    ])
  })

  test('once() and off() listen as in an EventEmitter.', async () => {
    const tasks = new BackgroundTasks({ logger: recordedLogger() })
    const seen: string[] = []
    const listener = () => seen.push('never')
    tasks.on('failed', listener).off('failed', listener)
    const first = once(tasks as never, 'failed')
    for (const name of ['a', 'b']) {
      tasks.with({ name }).addTask(() => {
        throw new Error(name)
      })
    }
    await tasks()
    expect(await first).toMatchObject([{ name: 'a' }])
    expect(seen).toEqual([])
  })

  test('A logger that throws does not break the run.', async () => {
    const throwing = () => {
      throw new Error('broken')
    }
    const logger = { warn: throwing, error: async () => throwing() }
    const tasks = new BackgroundTasks({ logger, retry: { maxRetries: 1, initialDelay: 0 } })
    let ran = false
    tasks.addTask(throwing)
    tasks.addTask(() => {
      ran = true
    })
    await tasks()
    expect(ran).toBe(true)
  })

  test('A listener that throws, or rejects, is logged, and keeps the event from no other.', async () => {
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ logger })
    const seen: string[] = []
    tasks.on('failed', () => {
      throw new Error('thrown')
    })
    tasks.on('failed', async () => {
      throw new Error('rejected')
    })
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no Promise
    tasks.on('failed', () => ({ then: (_: unknown, failed: (error: Error) => void) => failed(new Error('thenable')) }))
    tasks.on('failed', ({ name }) => seen.push(name))
    tasks.with({ name: 'se\u001bnd' }).addTask(() => {
      throw new Error('no')
    })
    await tasks()
    await turn()
    expect(seen).toEqual(['se\u001bnd'])
    expect(logger.lines).toEqual([
      'error se\\x1bnd: failed after 1 attempt: Error: no',
      'error se\\x1bnd: a listener of its failure threw: Error: thrown',
      'error se\\x1bnd: a listener of its failure threw: Error: rejected',
      'error se\\x1bnd: a listener of its failure threw: Error: thenable',
    ])
  })

  test('With continueOnError: false the first error ends the run when what runs has ended; the rest stays pending.', async () => {
    const { opened, open } = gate()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ continueOnError: false, maxConcurrent: 2, logger, clock: movableClock() })
    const ended: string[] = []
    tasks.addTask(async () => {
      await opened
      ended.push('slow')
    })
    tasks.addTask(async () => {
      throw new Error('first')
    })
    tasks.addTask(() => ended.push('rest'))
    const outcome = tasks.execute().catch((error) => error)
    await turn()
    expect([ended, tasks.pending, tasks.running]).toEqual([[], 1, 1])
    open()
    expect(await outcome).toEqual(new Error('first'))
    expect([ended, tasks.pending]).toEqual([['slow'], 1])
    await tasks.execute()
    expect(ended).toEqual(['slow', 'rest'])
  })

  test('A detached run that fails with continueOnError: false rejects nothing.', async () => {
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ continueOnError: false, logger })
    tasks.addTask(function send() {
      throw new Error('no')
    })
    tasks.start()
    await tasks.drain()
    await turn()
    expect(logger.lines).toEqual(['error send: failed after 1 attempt: Error: no'])
  })
})

describe('Options', () => {
  test.each<[options: object, message: string]>([
    [{ maxConcurrent: 0 }, 'maxConcurrent: 0 is no whole number from 1 on'],
    [{ maxConcurrent: '5' }, 'maxConcurrent: "5" is no whole number from 1 on'],
    [{ continueOnError: 'no' }, 'continueOnError: "no" is neither true nor false'],
    [{ logger: null }, 'logger: null has no methods warn() and error()'],
    [{ retry: { max: 1 } }, 'retry: there is no option "max"'],
    [{ timeout: 0 }, 'timeout: 0 leaves no time to run'],
    [{ maxConcurent: 1 }, 'BackgroundTasks: there is no option "maxConcurent"'],
  ])('new BackgroundTasks(%j) is refused by name.', (options, message) => {
    expect(() => new BackgroundTasks(options)).toThrow(UsageError)
    expect(() => new BackgroundTasks(options)).toThrow(message)
  })

  test('What is no function, and wrong options of one task, are refused where they are written.', () => {
    const tasks = new BackgroundTasks()
    // @ts-expect-error: the result of a call is no function
    expect(() => tasks.addTask(undefined)).toThrow('addTask(): undefined is no function')
    expect(() => tasks.with({ timeout: 'soon' })).toThrow('timeout: "soon" is not a duration')
    expect(() => tasks.with({ name: '' })).toThrow('name: "" is no name')
    expect(() => new RetryPolicy({ factor: 0 })).toThrow('RetryPolicy.factor: 0')
    expect(tasks.pending).toBe(0)
  })

  test('Arguments are typed by the parameters of the function.', () => {
    const tasks = new BackgroundTasks()
    const send = (to: string, count?: number) => `${to} ${count}`
    tasks.addTask(send, 'ada')
    tasks.addTask(send, 'ada', 2)
    // @ts-expect-error: no number where a text is declared
    tasks.addTask(send, 5)
    // @ts-expect-error: an argument is missing
    tasks.with({ name: 'send' }).addTask(send)
    expect(tasks.clear()).toBe(4)
  })
})
