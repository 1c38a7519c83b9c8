import { describe, expect, test } from 'vitest'
import {
  BackgroundScheduler,
  BackgroundTasks,
  type Logger,
  monitored,
  RetryLater,
  retryOnFailure,
  TaskMonitor,
  TaskQueue,
  Worker,
} from '../../src/index.js'
import { recordedLogger } from '../support/recorded-logger.js'

/** An error that throws when it is inspected. */
function unreadable(): object {
  const refuse = () => {
    throw new Error('do not look')
  }
  return new Proxy({}, { getPrototypeOf: refuse, has: refuse, get: refuse, ownKeys: refuse })
}

const queueOf = (run: unknown) => new TaskQueue().tryPut({ type: 'x', function: run as never, args: [] })

describe('What a call of would run nothing is refused where it is written:', () => {
  const places: readonly [name: string, add: (run: never) => unknown, hint: string][] = [
    ['addTask()', (run) => new BackgroundTasks().addTask(run), 'addTask(send, address)'],
    ['addDelayedTask()', (run) => new BackgroundScheduler().addDelayedTask(run, '1h'), "addDelayedTask(send, '1h', "],
    [
      'addRecurringTask()',
      (run) => new BackgroundScheduler().addRecurringTask(run, 9),
      "addRecurringTask(send, '1h', ",
    ],
    ['tryPut(): function', queueOf, '{ type, function: send, args: [address] }'],
    ['retryOnFailure()', (run) => retryOnFailure()(run), 'retryOnFailure(policy)(send)'],
    ['monitored()', (run) => monitored(new TaskMonitor())(run), 'monitored(monitor)(send)'],
  ]
  test.each(places)('%s', (call, add, hint) => {
    const refusal = (run: unknown) => {
      try {
        add(run as never)
      } catch (thrown) {
        return thrown
      }
      return null
    }
    const error = { code: 'E_TASK', hint: expect.stringContaining(hint) }
    expect(refusal(function* () {})).toMatchObject({ ...error, message: `${call}: a generator function is no task` })
    expect(refusal(async function* () {})).toMatchObject(error)
    expect(refusal(class {})).toMatchObject({ ...error, message: `${call}: a class is no task` })
    expect(refusal(5)).toMatchObject({ ...error, message: `${call}: 5 is no function` })
  })
})

describe('An error that throws when it is inspected is a failure like others:', () => {
  const fail = () => {
    throw unreadable()
  }
  const retry = { maxRetries: 1, initialDelay: 0 }

  test('of a background task', async () => {
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ logger, retry })
    tasks.addTask(fail)
    tasks.addTask(async () => fail())
    await tasks.execute()
    expect(logger.lines.filter((line) => line.startsWith('error fail: failed after 2 attempts'))).toHaveLength(1)
    expect(logger.errors).toHaveLength(2)
  })

  test('of an item of a queue', async () => {
    const logger = recordedLogger()
    const queue = new TaskQueue()
    const worker = new Worker(queue, 'w', { logger, retry })
    const run = worker.run()
    await queue.put({ type: 'fail', function: fail, args: [] })
    await queue.join()
    await worker.stop()
    await run
    expect(logger.errors).toHaveLength(1)
  })

  test('of a function with retries', async () => {
    const logger = recordedLogger()
    // What is thrown cannot be inspected by the test runner either.
    const outcome = await retryOnFailure(retry, { logger })(fail)().then(
      () => 'returned',
      () => 'threw',
    )
    expect([outcome, logger.lines.length]).toEqual(['threw', 2])
  })
})

test('An error that a logger cannot write still has its line.', async () => {
  const lines: string[] = []
  const logger = {
    warn: () => {},
    error: (line: string, error?: object) => {
      if (error !== undefined) Reflect.ownKeys(error)
      lines.push(line)
    },
  }
  const tasks = new BackgroundTasks({ logger: logger as Logger })
  tasks.addTask(function fail() {
    throw unreadable()
  })
  await tasks.execute()
  expect(lines).toEqual([expect.stringContaining('fail: failed after 1 attempt')])
})

test('A result that throws when it is inspected is a result like others.', async () => {
  const monitor = new TaskMonitor()
  const logger = recordedLogger()
  const result = unreadable()
  expect(
    Object.is(
      monitor.measure('x', () => result),
      result,
    ),
  ).toBe(true)
  expect([monitor.completedTasks, monitor.runningTasks]).toEqual([1, 0])
  const tasks = new BackgroundTasks({ logger })
  tasks.addTask(() => result)
  await tasks.execute()
  expect(logger.lines).toEqual([])
})

test('A function may have anything as its name, of any length.', async () => {
  const logger = recordedLogger()
  const tasks = new BackgroundTasks({ logger })
  const fail = () => {
    throw new Error('no route')
  }
  for (const name of [5, Symbol('x'), null, {}, 'x'.repeat(1_000_000)]) {
    tasks.addTask(Object.defineProperty(() => fail(), 'name', { value: name }))
  }
  await tasks.execute()
  const line = (name: string) => `error ${name}: failed after 1 attempt: Error: no route`
  expect(logger.lines).toEqual([...new Array<string>(4).fill(line('(without a name)')), line(`${'x'.repeat(200)}…`)])
})

test('A RetryLater that says no time fails with what is wrong.', async () => {
  const logger = recordedLogger()
  const later = () => {
    throw new RetryLater('soon')
  }
  const tasks = new BackgroundTasks({ logger })
  tasks.addTask(later)
  await tasks.execute()
  expect(logger.lines).toEqual([
    'error later: failed after 1 attempt: UsageError: RetryLater: "soon" is not a duration',
  ])
  await expect(retryOnFailure({}, { logger })(later)()).rejects.toThrow('RetryLater: "soon" is not a duration')
})
