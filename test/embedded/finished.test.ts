import { expect, test } from 'vitest'
import { task } from '../../src/index.js'
import { freshStore, newEngine } from '../support/engines.js'

const fails = task({ retry: { maxRetries: 0 } }, () => {
  throw new Error('bad')
})

test('Whoever waits for a job gets it when it has ended, however it ended, and at once if it has.', async () => {
  const engine = await newEngine({ fails, double: (value: number) => 2 * value, never: () => null })
  const jobs = [await engine.enqueue('double', [4]), await engine.enqueue('fails', [])]
  const never = await engine.enqueue('never', [], { delay: '1h' })
  const waits = [...jobs, never].map(({ id }) => engine.finished(id))
  await engine.cancel(never.id)
  await engine.startWorker({ inline: true })
  const finished = await Promise.all(waits)
  expect(finished).toMatchObject([
    { state: 'completed', result: 8, endedAt: expect.any(Date) },
    { state: 'failed', error: { message: 'bad' } },
    { state: 'cancelled' },
  ])
  expect(await engine.finished(never.id)).toEqual(finished[2])
})

test('A job that another program runs is waited for too.', async () => {
  const store = freshStore()
  const double = (value: number) => 2 * value
  const [web, other] = [await newEngine({ double }, store), await newEngine({ double }, store)]
  const { id } = await web.enqueue('double', [4])
  const waits = web.finished(id)
  await other.startWorker({ inline: true })
  expect(await waits).toMatchObject({ result: 8 })
})

test('A wait ends with the reason of its signal; the job goes on waiting.', async () => {
  const engine = await newEngine({ fails })
  const { id } = await engine.enqueue('fails', [])
  const reason = new Error('the client has gone')
  const given = new AbortController()
  const waits = engine.finished(id, { signal: given.signal })
  given.abort(reason)
  await expect(waits).rejects.toBe(reason)
  await expect(engine.finished(id, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(await engine.job(id)).toMatchObject({ state: 'queued' })
})

test('close() ends waits for jobs that did not end before it, and not those for jobs that did.', async () => {
  let started = () => {}
  const isRunning = new Promise<void>((resolve) => {
    started = resolve
  })
  let finish = () => {}
  const long = task({}, () => {
    started()
    return new Promise<void>((resolve) => {
      finish = resolve
    })
  })
  const engine = await newEngine({ long })
  await engine.startWorker({ inline: true, concurrency: 1 })
  const jobs = [await long.enqueue(), await long.with({ delay: '1h' }).enqueue()]
  const waits = jobs.map(({ id }) => engine.finished(id))
  // The wait that close() ends is looked at later.
  waits[1]?.catch(() => {})
  await isRunning
  const closed = engine.close()
  finish()
  await expect(waits[0]).resolves.toMatchObject({ state: 'completed' })
  await expect(waits[1]).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  await closed
})
