import { afterEach, describe, expect, test } from 'vitest'
import { createEngine, currentJob, type Engine, type TaskFunctions, task } from '../../src/index.js'
import { temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

const folder = temporaryFolder()
const engines: Engine<never>[] = []
let count = 0

/** An engine with a store of its own, closed after the test. */
async function newEngine<Tasks extends TaskFunctions>(
  tasks: Tasks,
  store = storeUrlIn(folder.path, `${++count}`),
): Promise<Engine<Tasks>> {
  const engine = await createEngine({ store, tasks })
  engines.push(engine as unknown as Engine<never>)
  return engine
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
  folder.remove()
})

const double = (value: number) => value * 2

/** Resolves when the job has ended. */
async function ended<Tasks extends TaskFunctions>(engine: Engine<Tasks>, id: string) {
  for (;;) {
    const job = await engine.job(id)
    if (job?.endedAt != null) return job
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('An inline worker runs what the engine enqueues.', async () => {
  const engine = await newEngine({ double })
  await engine.startWorker({ inline: true })
  const byName = await engine.enqueue('double', [21])
  const byFunction = await engine.enqueue(double, [4], { priority: 5 })
  expect(await ended(engine, byName.id)).toMatchObject({
    task: 'double',
    state: 'completed',
    args: [21],
    result: 42,
    error: null,
    createdAt: expect.any(Date),
    startedAt: expect.any(Date),
    endedAt: expect.any(Date),
  })
  expect(await ended(engine, byFunction.id)).toMatchObject({ result: 8, priority: 5 })
})

test('An id that no job has, such as any text of a URL, is answered, not thrown; what is no text is refused.', async () => {
  const engine = await newEngine({ double })
  for (const id of ['j999', 'nonsense', '', '../j1']) {
    expect(await engine.job(id)).toBeNull()
    expect(await engine.cancel(id)).toBe('unknown')
  }
  await expect(engine.job(1 as never)).rejects.toMatchObject({ code: 'E_JOB_ID' })
})

describe('a task made by task()', () => {
  test('goes to its engine by its own enqueue(), also from inside a job.', async () => {
    const child = task({ queue: 'children' }, () => currentJob().id)
    const parent = task({}, async () => (await child.enqueue()).id)
    const engine = await newEngine({ child, parent })
    await engine.startWorker({ inline: true })
    const { id } = await parent.enqueue()
    const { result } = await ended(engine, id)
    expect(await ended(engine, String(result))).toMatchObject({ task: 'child', queue: 'children', result })
  })

  test('that two engines have says which one is meant.', async () => {
    const shared = task({}, double)
    const first = await newEngine({ shared })
    const second = await newEngine({ shared })
    await expect(shared.enqueue(1)).rejects.toMatchObject({ code: 'E_TWO_ENGINES' })
    await second.close()
    const { id } = await shared.enqueue(1)
    expect(await first.job(id)).toMatchObject({ args: [1] })
    await first.close()
    await expect(shared.enqueue(1)).rejects.toMatchObject({ code: 'E_UNREGISTERED' })
  })
})

test('A worker brings the schedules of its tasks into the store, and fires them.', async () => {
  const tick = task({ schedule: { every: '1s' } }, () => currentJob().slot?.toISOString())
  const engine = await newEngine({ tick })
  await engine.startWorker({ inline: true })
  await expect.poll(() => engine.jobs({ task: 'tick', states: ['completed'] }), { timeout: 10_000 }).not.toEqual([])
  const [job] = await engine.jobs({ states: ['completed'] })
  expect(job?.result).toBe(job?.schedule?.slot.toISOString())
})

test('A message of progress that is no text fails its job, and no other.', async () => {
  const engine = await newEngine({ double, wrong: () => currentJob().progress(0.5, (() => {}) as unknown as string) })
  const worker = await engine.startWorker({ inline: true })
  const [wrong, right] = await Promise.all([engine.enqueue('wrong', [], { retries: 0 }), engine.enqueue('double', [2])])
  expect(await ended(engine, wrong.id)).toMatchObject({ state: 'failed', error: { name: 'UsageError' } })
  expect(await ended(engine, right.id)).toMatchObject({ result: 4 })
  await worker.stop()
})
