import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createEngine, type Engine, type EngineWorkerOptions, task } from '../../src/index.js'
import { newEngine, until } from '../support/engines.js'

/** The queues of jobs in the order in which a worker with these options started them. Four are on each of two queues. */
async function startedQueues(options: EngineWorkerOptions): Promise<readonly string[]> {
  const queues: string[] = []
  const note = (queue: string) => void queues.push(queue)
  const engine = await newEngine({ note }, 'memory:')
  const jobs = []
  for (const queue of ['low', 'low', 'low', 'low', 'high', 'high', 'high', 'high']) {
    jobs.push(await engine.enqueue('note', [queue], { queue }))
  }
  const last = await engine.enqueue('note', ['other'], { queue: 'other' })
  await engine.startWorker({ inline: true, concurrency: 1, ...options })
  await Promise.all(jobs.map(({ id }) => engine.finished(id)))
  expect(await engine.job(last.id)).toMatchObject({ state: 'queued' })
  return queues
}

test('A strict worker serves a queue only while those before it in its list are empty, and no other queues.', async () => {
  const [high, low] = [Array(4).fill('high'), Array(4).fill('low')]
  expect(await startedQueues({ queues: ['high', 'low'], strict: true })).toEqual([...high, ...low])
  expect(await startedQueues({ queues: ['low', 'high'], strict: true })).toEqual([...low, ...high])
})

test('A worker serves several queues by turns, whichever has the older jobs.', async () => {
  const queues = await startedQueues({ queues: { high: 3, low: 3 } })
  expect([...queues].sort()).toEqual([...Array(4).fill('high'), ...Array(4).fill('low')])
  expect(new Set(queues.slice(0, 4)).size).toBe(2)
})

test('No more jobs run at a time than the concurrency.', async () => {
  let [running, most] = [0, 0]
  let open = () => {}
  const three = new Promise<void>((resolve) => {
    open = resolve
  })
  const engine = await newEngine(
    {
      work: async () => {
        most = Math.max(most, ++running)
        if (running === 3) open()
        await three
        // A fourth one would start in one of these turns.
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
        running--
      },
    },
    'memory:',
  )
  await engine.startWorker({ inline: true, concurrency: 3 })
  const jobs = await Promise.all(Array.from({ length: 20 }, () => engine.enqueue('work', [])))
  await Promise.all(jobs.map(({ id }) => engine.finished(id)))
  expect(most).toBe(3)
})

test('A worker without a scheduler brings no schedule into the store; one with it does.', async () => {
  const tick = task({ schedule: { every: '1h', startAt: '00:00' } }, () => null)
  const engine = await newEngine({ tick }, 'memory:')
  const worker = await engine.startWorker({ inline: true, scheduler: false })
  await worker.stop()
  expect(await engine.removeSchedule('tick')).toBe(false)
  await engine.startWorker({ inline: true })
  expect(await engine.removeSchedule('tick')).toBe(true)
})

test('A schedule of the code that cannot fire is a warning, and the worker works.', async () => {
  const warnings: string[] = []
  const warned = ({ message }: Error) => warnings.push(message)
  process.on('warning', warned)
  let engine: Engine<{ tick: () => null; noop: () => null }> | null = null
  try {
    const tick = task({ schedule: { cron: 'often' } }, () => null)
    engine = await createEngine({ store: 'memory:', tasks: { tick, noop: () => null } })
    await engine.startWorker({ inline: true })
    const { id } = await engine.enqueue('noop', [])
    expect(await engine.finished(id)).toMatchObject({ state: 'completed' })
    expect(warnings).toEqual([expect.stringMatching(/^the schedule tick cannot fire: .*often/)])
  } finally {
    process.off('warning', warned)
    await engine?.close()
  }
})

test('A worker that has stopped is forgotten, also while its engine lives on.', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const engine = await newEngine({ noop: () => null }, 'memory:')
  const started = async () => {
    const worker = await engine.startWorker({ inline: true })
    await worker.stop()
    return new WeakRef(worker)
  }
  const worker = await started()
  await until(async () => {
    collect()
    return worker.deref() === undefined ? true : undefined
  })
})
