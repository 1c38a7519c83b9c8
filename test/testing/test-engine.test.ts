import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as realDelay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { TaskFunctions } from '../../src/embedded/engine.js'
import { currentJob } from '../../src/engine/current-job.js'
import { task } from '../../src/engine/task.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'
import type { TestEngine } from '../../src/testing/test-engine.js'

const start = '2026-01-05T00:00:00.000Z'

async function engineOf<Tasks extends object & TaskFunctions<Tasks>>(tasks: Tasks) {
  const engine = await createTestEngine({ tasks, now: start })
  onTestFinished(() => engine.close())
  return engine
}

const iso = (date: Date | null | undefined) => date?.toISOString() ?? null
/** Milliseconds since the start. */
const passed = (date: Date | null | undefined) => (date ? date.getTime() - Date.parse(start) : null)

describe('time', () => {
  test('A delayed job runs at its time, and what it enqueues runs at that time too.', async () => {
    const seen: string[] = []
    const second = task({}, () => void seen.push('second'))
    const engine = await engineOf({
      first: async () => {
        seen.push('first')
        await second.enqueue()
      },
      second,
    })
    await engine.enqueue('first', [], { delay: '1h' })
    await engine.advance('59m')
    expect(seen).toEqual([])
    await engine.advance('1m')
    expect(seen).toEqual(['first', 'second'])
    expect(iso(engine.now())).toBe('2026-01-05T01:00:00.000Z')
    expect(engine.jobsFor().map(({ startedAt, endedAt }) => [iso(startedAt), iso(endedAt)])).toEqual([
      ['2026-01-05T01:00:00.000Z', '2026-01-05T01:00:00.000Z'],
      ['2026-01-05T01:00:00.000Z', '2026-01-05T01:00:00.000Z'],
    ])
  })

  test('Nothing runs before time moves.', async () => {
    let ran = 0
    const engine = await engineOf({ hello: () => void ran++ })
    await engine.enqueue('hello', [])
    await realDelay(20)
    expect(engine.jobsFor('hello').map(({ state }) => state)).toEqual(['queued'])
    await engine.advance(0)
    expect(ran).toBe(1)
    expect(engine.jobsFor('hello').map(({ state }) => state)).toEqual(['completed'])
  })

  test('Three days of schedules, retries and timeouts cost less than a second, and leave no timer.', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    // Of the processor: other processes of the machine may take the rest of the time.
    const from = process.cpuUsage()
    await threeDays()
    const { user, system } = process.cpuUsage(from)
    expect((user + system) / 1_000).toBeLessThan(1_000)
    expect(timers()).toBeLessThanOrEqual(before)
  })

  test('Retries come at exactly their times.', async () => {
    const at: (number | null)[] = []
    const engine = await engineOf({
      flaky: task({ retry: { maxRetries: 3, initialDelay: 10, factor: 2 } }, () => {
        at.push(passed(engine.now()))
        throw new Error('no')
      }),
    })
    await engine.enqueue('flaky', [])
    await engine.drain()
    expect(at).toEqual([0])
    await engine.advance(10)
    expect(at).toEqual([0, 10])
    await engine.advance(20)
    expect(at).toEqual([0, 10, 30])
    await engine.advance(39)
    expect(at).toEqual([0, 10, 30])
    await engine.advance(1)
    expect(at).toEqual([0, 10, 30, 70])
  })
})

describe('real work', () => {
  test('A job may wait for a server of the test: time stands still meanwhile.', async () => {
    const server = createServer((_, response) => setTimeout(() => response.end('"hello"'), 30)).listen(0)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const engine = await engineOf({ ask: async () => (await fetch(`http://127.0.0.1:${port}/`)).json() })
    await engine.enqueue('ask', [], { delay: '1h' })
    await engine.advance('2h')
    expect(engine.jobsFor('ask')).toMatchObject([{ state: 'completed', result: 'hello' }])
    expect(passed(engine.jobsFor('ask')[0]?.endedAt)).toBe(3_600_000)
    await engine.enqueue('ask', [])
    await engine.drain()
    expect(engine.jobsFor('ask')).toMatchObject([{ result: 'hello' }, { result: 'hello' }])
  })

  test('Drain waits for timers of the machine and for files, and time stands still.', async () => {
    const engine = await engineOf({
      slow: async () => {
        await realDelay(400)
        return (await readFile(import.meta.filename, 'utf8')).length > 0
      },
    })
    await engine.enqueue('slow', [])
    await engine.drain()
    expect(engine.jobsFor('slow')).toMatchObject([{ state: 'completed', result: true }])
    expect(engine.now().toISOString()).toBe(start)
  })

  test('A job that takes longer in real time goes on while the clock does, and drain waits for it.', async () => {
    const engine = await engineOf({ slow: () => realDelay(600) })
    await engine.enqueue('slow', [])
    await engine.advance('1m')
    expect(engine.jobsFor('slow')).toMatchObject([{ state: 'running' }])
    await engine.drain()
    expect(engine.jobsFor('slow')).toMatchObject([{ state: 'completed' }])
  })

  test('A job that nothing can end makes drain fail with its name, and advance takes it to its time limit.', async () => {
    const engine = await engineOf({
      hang: task({ timeout: '1h', retry: { maxRetries: 0 } }, () => new Promise(() => {})),
    })
    await engine.enqueue('hang', [])
    await expect(engine.drain()).rejects.toMatchObject({
      code: 'E_TEST_STUCK',
      message: expect.stringContaining('j1 (hang)'),
    })
    await engine.advance('1h')
    expect(engine.jobsFor('hang')).toMatchObject([{ state: 'running' }])
    await engine.advance('5s')
    expect(engine.jobsFor('hang')).toMatchObject([{ state: 'failed', reason: 'timeout' }])
  })

  test('A job that enqueues itself without a delay makes drain and advance fail with its name; with one it goes on for ever.', async () => {
    const again = task({}, (): Promise<unknown> => again.enqueue())
    const later = task({}, (): Promise<unknown> => later.with({ delay: '1h' }).enqueue())
    const engine = await engineOf({ again, later })
    await later.enqueue()
    await engine.advance('2000h')
    expect(engine.jobsFor('later')).toHaveLength(2002)
    await again.enqueue()
    const stuck = { code: 'E_TEST_STUCK', message: expect.stringMatching(/^j\d+ \(again\) is the last of 1000 jobs/) }
    await expect(engine.drain()).rejects.toMatchObject(stuck)
    const engine2 = await engineOf({ again: task({}, (): Promise<unknown> => again2()) })
    const again2 = () => engine2.enqueue('again', [])
    await engine2.enqueue('again', [])
    await expect(engine2.advance('1s')).rejects.toMatchObject(stuck)
  })

  test('A job that enqueues many others, deep and wide, is no such chain.', async () => {
    const leaf = task({}, () => {})
    const branch = task({}, async (depth: number) => {
      for (let n = 0; n < 300; n++) await leaf.enqueue()
      if (depth > 0) await branch.enqueue(depth - 1)
    })
    const engine = await engineOf({ leaf, branch: branch as (depth: number) => Promise<void> })
    await engine.enqueue('branch', [4])
    await engine.drain()
    expect(engine.jobsFor('leaf').filter(({ state }) => state === 'completed')).toHaveLength(1500)
  })

  test('A job that obeys its signal ends at its time limit.', async () => {
    const engine = await engineOf({
      obey: task({ timeout: '10m', retry: { maxRetries: 0 } }, () => {
        const { signal } = currentJob()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      }),
    })
    await engine.enqueue('obey', [])
    await engine.advance('10m')
    expect(engine.jobsFor('obey')).toMatchObject([{ state: 'failed', reason: 'timeout' }])
    expect(passed(engine.jobsFor('obey')[0]?.endedAt)).toBe(600_000)
  })

  test('A job cannot move the time of the engine that runs it.', async () => {
    const engine: TestEngine = await engineOf({ wrong: () => engine.advance('1h') })
    await engine.enqueue('wrong', [], { retries: 0 })
    await engine.drain()
    expect(engine.jobsFor('wrong')).toMatchObject([{ state: 'failed', error: { name: 'UsageError' } }])
  })
})

describe('drain', () => {
  test('It runs more jobs than run at a time, with what they enqueue, and leaves retries for later.', async () => {
    const leaf = task({}, () => 1)
    const engine = await engineOf({
      leaf,
      branch: async () => {
        await leaf.enqueue()
        await leaf.enqueue()
      },
      flaky: () => {
        throw new Error('not now')
      },
    })
    for (let n = 0; n < 50; n++) await engine.enqueue('branch', [])
    await engine.enqueue('flaky', [])
    await engine.enqueue('leaf', [], { delay: '1h' })
    await engine.drain()
    expect(engine.jobsFor('leaf').filter(({ state }) => state === 'completed').length).toBe(100)
    expect(engine.jobsFor('leaf').filter(({ state }) => state === 'scheduled').length).toBe(1)
    expect(engine.jobsFor('flaky')).toMatchObject([{ state: 'scheduled', failures: 1, error: { message: 'not now' } }])
    expect(passed(engine.now())).toBe(0)
  })

  test('Calls at the same time come one after the other.', async () => {
    const engine = await engineOf({ hello: () => 1 })
    await engine.enqueue('hello', [], { delay: '1h' })
    await Promise.all([engine.advance('30m'), engine.drain(), engine.advance('30m')])
    expect(passed(engine.now())).toBe(3_600_000)
    expect(engine.jobsFor()).toMatchObject([{ state: 'completed' }])
  })
})

describe('the engine', () => {
  test('Several engines have each their own time and their own jobs.', async () => {
    const seen: string[] = []
    const one = await engineOf({ hello: () => void seen.push('one') })
    const two = await engineOf({ hello: () => void seen.push('two') })
    await one.enqueue('hello', [], { delay: '1h' })
    await two.enqueue('hello', [], { delay: '1h' })
    await two.advance('1h')
    expect(seen).toEqual(['two'])
    expect([passed(one.now()), passed(two.now())]).toEqual([0, 3_600_000])
  })

  test('It is an engine: schedules, cancelling, the monitor and its worker.', async () => {
    const engine = await engineOf({ hello: (name: string) => `hello ${name}` })
    await engine.putSchedule('greet', 'hello', ['ada'], { every: '10m' })
    const { id } = await engine.enqueue('hello', ['grace'], { delay: '1h' })
    expect(await engine.cancel(id)).toBe('cancelled')
    // @ts-expect-error: an option that does not exist
    await expect(engine.startWorker({ concurency: 1 })).rejects.toThrow('there is no option "concurency"')
    const worker = await engine.startWorker()
    await engine.advance('1h')
    await worker.stop()
    const greeted = engine.jobsFor('hello').filter(({ state }) => state === 'completed')
    expect(greeted.length).toBeGreaterThan(4)
    expect(greeted[0]?.schedule?.name).toBe('greet')
    expect((await engine.monitor()).completedTasks).toBe(greeted.length)
    expect(await engine.job(id)).toMatchObject({ state: 'cancelled' })
  })

  test('Who waits for the end of a job costs no time, and is let go when the engine is closed.', async () => {
    const engine = await engineOf({ hello: () => 'hello' })
    const { id } = await engine.enqueue('hello', [], { delay: '2d' })
    const never = await engine.enqueue('hello', [], { delay: '90d' })
    const finished = engine.finished(id)
    const waiting = engine.finished(never.id)
    await engine.advance('30d')
    expect(await finished).toMatchObject({ state: 'completed', result: 'hello' })
    await engine.close()
    await expect(waiting).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  })

  test('A running job can be cancelled.', async () => {
    const engine = await engineOf({ hang: () => new Promise(() => {}) })
    const { id } = await engine.enqueue('hang', [])
    await engine.advance(0)
    expect(await engine.cancel(id)).toBe('requested')
    await engine.advance('5s')
    expect(await engine.job(id)).toMatchObject({ state: 'cancelled' })
  })

  test('Closing stops what runs, refuses what comes later, and may be done twice.', async () => {
    let reason: unknown = null
    const engine = await engineOf({
      hang: () => new Promise(() => currentJob().signal.addEventListener('abort', (event) => (reason = event))),
    })
    await engine.enqueue('hang', [])
    await engine.advance(0)
    const draining = engine.drain()
    await engine.close()
    await engine.close()
    expect(reason).not.toBeNull()
    await expect(draining).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
    await expect(engine.advance('1h')).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
    await expect(engine.enqueue('hang', [])).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  })

  test('A task belongs to one engine until that is closed.', async () => {
    const hello = task({}, () => 1)
    const first = await engineOf({ hello })
    await first.close()
    const second = await engineOf({ hello })
    await hello.enqueue()
    expect(second.jobsFor(hello).length).toBe(1)
  })

  test('Faked timers of vitest do not hold it up.', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const engine = await engineOf({
      quick: () => 1,
      slow: () => new Promise((resolve) => setTimeout(resolve, 1_000)),
    })
    await engine.enqueue('quick', [], { delay: '1h' })
    await engine.advance('1h')
    expect(engine.jobsFor('quick')).toMatchObject([{ state: 'completed' }])
    await engine.enqueue('slow', [])
    await engine.advance(0)
    await vi.advanceTimersByTimeAsync(1_000)
    await engine.drain()
    expect(engine.jobsFor('slow')).toMatchObject([{ state: 'completed' }])
  })

  test('Timers that were faked before it was imported are a clear error, not a test that hangs.', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    vi.resetModules()
    const { createTestEngine } = await import('../../src/testing/create-test-engine.js')
    await expect(createTestEngine({ tasks: { nothing() {} } })).rejects.toMatchObject({ code: 'E_TEST_STUCK' })
  })

  test('Options are checked.', async () => {
    const wrong = (options: object) => createTestEngine({ tasks: { nothing() {} }, ...options })
    await expect(wrong({ now: 'soon' })).rejects.toMatchObject({ code: 'E_TIME' })
    await expect(wrong({ tasks: null })).rejects.toMatchObject({ code: 'E_TASKS' })
    await expect(wrong({ speed: 2 })).rejects.toMatchObject({ code: 'E_OPTION' })
    const engine = await engineOf({ nothing() {} })
    await expect(engine.advance('soon')).rejects.toMatchObject({ code: 'E_DURATION' })
    expect(() => engine.jobsFor('hello')).toThrow('no task "hello"')
  })
})

/** The milliseconds that three days take. */
async function threeDays(): Promise<void> {
  const engine = await engineOf({
    often: task({ schedule: { every: '5m' } }, () => 1),
    nightly: task({ schedule: { cron: '0 2 * * *', tz: 'Europe/Berlin' } }, () => iso(currentJob().slot)),
    flaky: task({ retry: { maxRetries: 10, initialDelay: '1m', maxDelay: '6h' } }, () => {
      throw new Error('no')
    }),
    hanging: task({ timeout: '1h', retry: { maxRetries: 5 } }, () => new Promise(() => {})),
  })
  for (let n = 0; n < 5; n++) {
    await engine.enqueue('flaky', [])
    await engine.enqueue('hanging', [])
  }
  await engine.advance('3d')
  const ends = (name: string) =>
    engine.jobsFor(name).map(({ state, reason, failures }) => ({ state, reason, failures }))
  expect(engine.jobsFor('often').length).toBe(864)
  expect(engine.jobsFor('often').every(({ state }) => state === 'completed')).toBe(true)
  expect(engine.jobsFor('nightly').map(({ result }) => result)).toEqual([
    '2026-01-05T01:00:00.000Z',
    '2026-01-06T01:00:00.000Z',
    '2026-01-07T01:00:00.000Z',
  ])
  expect(ends('flaky')).toEqual(Array.from({ length: 5 }, () => ({ state: 'failed', reason: 'error', failures: 11 })))
  expect(ends('hanging')).toEqual(
    Array.from({ length: 5 }, () => ({ state: 'failed', reason: 'timeout', failures: 6 })),
  )
  await engine.close()
}
