import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TaskQueue, UsageError, Worker } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { recordedLogger } from '../support/recorded-logger.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const quiet = () => ({ logger: recordedLogger() })
const nothing = { type: 'nothing', function: () => {}, args: [] as [] }

describe('A task queue', () => {
  test('hands items to workers in order, with their arguments by reference.', async () => {
    const queue = new TaskQueue()
    const seen: unknown[] = []
    const resize = async (file: string, options: { width: number }) => seen.push(file, options)
    const options = { width: 800 }
    await queue.put({ type: 'resize', function: resize, args: ['a.png', options] })
    await queue.put({ type: 'resize', function: resize, args: ['b.png', options] })
    expect(queue.size).toBe(2)
    const worker = new Worker(queue, 'images', quiet())
    const running = worker.run()
    await queue.join()
    expect(seen).toEqual(['a.png', options, 'b.png', options])
    expect(seen[1]).toBe(options)
    await worker.stop()
    await running
    expect(worker.isRunning).toBe(false)
  })

  test('put() waits while it is full, and gets room in order; tryPut() says that there is none.', async () => {
    const queue = new TaskQueue({ maxSize: 1 })
    const order: string[] = []
    const item = (name: string) => ({ type: name, function: () => order.push(name), args: [] as [] })
    expect(queue.tryPut(item('a'))).toBe(true)
    expect(queue.tryPut(item('no'))).toBe(false)
    const waiting = ['b', 'c'].map(async (name) => {
      await queue.put(item(name))
      order.push(`put ${name}`)
    })
    await turn()
    expect([queue.size, order]).toEqual([1, []])
    const worker = new Worker(queue, 'one', quiet())
    const running = worker.run()
    await Promise.all(waiting)
    await queue.join()
    expect(order.filter((name) => !name.startsWith('put'))).toEqual(['a', 'b', 'c'])
    expect(order.filter((name) => name.startsWith('put'))).toEqual(['put b', 'put c'])
    await worker.stop()
    await running
  })

  test('never holds more than maxSize, and runs every item once, whatever the workers.', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 25 }),
        async (maxSize, count, items) => {
          const queue = new TaskQueue({ maxSize })
          const started: number[] = []
          let most = 0
          const workers = Array.from({ length: count }, (_, n) => new Worker(queue, `w${n}`, quiet()))
          const puts = items.map((fails, index) =>
            queue.put({
              type: 'item',
              function: async () => {
                started.push(index)
                most = Math.max(most, queue.size)
                await turn()
                if (fails) throw new Error('fails')
              },
              args: [],
            }),
          )
          const runs = workers.map((worker) => worker.run())
          await Promise.all(puts)
          await queue.join()
          await Promise.all(workers.map((worker) => worker.stop()))
          await Promise.all(runs)
          expect(started).toEqual([...items.keys()])
          expect(most).toBeLessThanOrEqual(maxSize)
          expect(queue.size).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('refuses wrong items and options where they are written.', async () => {
    const queue = new TaskQueue()
    const send = (to: string, count: number) => `${to} ${count}`
    expect(() => new TaskQueue({ maxSize: 0 })).toThrow(UsageError)
    expect(() => new TaskQueue({ max_size: 5 } as object)).toThrow('there is no option "max_size"')
    expect(() => queue.tryPut({ type: '', function: () => {}, args: [] })).toThrow('type: "" is no name')
    expect(() => queue.tryPut({ ...nothing, function: 'send' as never })).toThrow('"send" is no function')
    expect(() => queue.tryPut({ ...nothing, args: 'ab' as never })).toThrow('args: "ab" is no list')
    await expect(queue.put({ ...nothing, kind: 1 } as never)).rejects.toThrow('there is no option "kind"')
    expect(() => new Worker({} as never, 'w')).toThrow('is no TaskQueue')
    expect(() => new Worker(queue, '')).toThrow('is no name')
    expect(queue.size).toBe(0)
    // @ts-expect-error: an argument is missing
    queue.tryPut({ type: 'send', function: send, args: ['ada'] })
    // @ts-expect-error: no text where a number is declared
    queue.tryPut({ type: 'send', function: send, args: ['ada', '5'] })
  })
})

describe('A worker', () => {
  test('logs failures with its own name and that of the task, and goes on.', async () => {
    const queue = new TaskQueue()
    const logger = recordedLogger()
    const worker = new Worker(queue, 'image_worker_0', { logger, retry: { maxRetries: 1, initialDelay: 0 } })
    queue.tryPut({
      type: 'resize',
      function: () => {
        throw new RangeError('too wide')
      },
      args: [],
    })
    let ran = false
    queue.tryPut({
      type: 'next',
      function: () => {
        ran = true
      },
      args: [],
    })
    const running = worker.run()
    await queue.join()
    await worker.stop()
    await running
    expect(ran).toBe(true)
    expect(logger.lines).toEqual([
      'warn image_worker_0: resize: attempt 1 of 2 failed, again in 0ms: RangeError: too wide',
      'error image_worker_0: resize: failed after 2 attempts: RangeError: too wide',
    ])
  })

  test('that stops ends its item, leaves the rest in the queue, and can run again; a waiting put() is not lost.', async () => {
    const queue = new TaskQueue({ maxSize: 1 })
    const { opened, open } = gate()
    const ended: string[] = []
    const item = (name: string) => ({
      type: name,
      function: async () => {
        await opened
        ended.push(name)
      },
      args: [] as [],
    })
    const worker = new Worker(queue, 'w', quiet())
    const running = worker.run()
    expect(worker.run()).toBe(running)
    await queue.put(item('a'))
    await turn()
    await queue.put(item('b'))
    const waiting = queue.put(item('c'))
    const stopped = worker.stop()
    await turn()
    expect(worker.isRunning).toBe(true)
    open()
    await stopped
    await running
    expect([ended, queue.size]).toEqual([['a'], 1])
    const again = worker.run()
    await waiting
    await queue.join()
    expect(ended).toEqual(['a', 'b', 'c'])
    await worker.stop()
    await again
  })

  test('that stops while an item waits for a retry gives it back to the queue, before all others.', async () => {
    const clock = movableClock()
    const queue = new TaskQueue()
    const logger = recordedLogger()
    const order: string[] = []
    queue.tryPut({
      type: 'flaky',
      function: () => {
        order.push('flaky')
        if (order.length === 1) throw new Error('once')
      },
      args: [],
    })
    queue.tryPut({ type: 'next', function: () => order.push('next'), args: [] })
    const retry = { maxRetries: 1, initialDelay: '1h' }
    const first = new Worker(queue, 'first', { clock, logger, retry })
    const running = first.run()
    await turn()
    await first.stop()
    await running
    expect([order, queue.size]).toEqual([['flaky'], 2])
    const second = new Worker(queue, 'second', { clock, logger, retry })
    const again = second.run()
    await queue.join()
    expect(order).toEqual(['flaky', 'flaky', 'next'])
    await second.stop()
    await again
  })

  test('with a time limit frees itself of an item that hangs.', async () => {
    const clock = movableClock()
    const queue = new TaskQueue()
    const logger = recordedLogger()
    const worker = new Worker(queue, 'w', { clock, logger, timeout: '1s' })
    queue.tryPut({ type: 'hangs', function: () => new Promise(() => {}), args: [] })
    const running = worker.run()
    await turn()
    await clock.advance(1_000)
    await queue.join()
    await worker.stop()
    await running
    expect(logger.lines).toEqual([
      'error w: hangs: failed after 1 attempt: TimeoutError: the attempt took longer than 1s',
    ])
  })

  test('leaves the event loop its turns, also with items that never wait.', async () => {
    const queue = new TaskQueue()
    const block = () => {
      const until = performance.now() + 2
      while (performance.now() < until);
    }
    for (let n = 0; n < 30; n++) queue.tryPut({ type: 'block', function: block, args: [] })
    const worker = new Worker(queue, 'w', quiet())
    const running = worker.run()
    let turns = 0
    for (; queue.size > 0; turns++) await turn()
    expect(turns).toBeGreaterThan(3)
    await worker.stop()
    await running
  })

  test('that is run while it stops begins anew when the item has ended.', async () => {
    const queue = new TaskQueue()
    const { opened, open } = gate()
    const seen: string[] = []
    await queue.put({ type: 'slow', function: () => opened, args: [] })
    const worker = new Worker(queue, 'one', quiet())
    const first = worker.run()
    await turn()
    const stopped = worker.stop()
    const second = worker.run()
    expect(worker.run()).toBe(second)
    await queue.put({ type: 'next', function: () => seen.push('next'), args: [] })
    await turn()
    expect(seen).toEqual([])
    open()
    await Promise.all([first, stopped])
    await queue.join()
    expect([seen, worker.isRunning]).toEqual([['next'], true])
    await worker.stop()
    await second
    expect(worker.isRunning).toBe(false)
  })

  test('that is idle stops at once.', async () => {
    const queue = new TaskQueue()
    const workers = ['a', 'b'].map((name) => new Worker(queue, name, quiet()))
    const runs = workers.map((worker) => worker.run())
    await turn()
    await Promise.all(workers.map((worker) => worker.stop()))
    await Promise.all(runs)
    queue.tryPut(nothing)
    expect(queue.size).toBe(1) // none of them takes it any more
    await new Worker(queue, 'c').stop()
  })
})
