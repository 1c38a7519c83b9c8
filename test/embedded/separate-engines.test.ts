import { expect, test } from 'vitest'
import { task } from '../../src/index.js'
import { ended, freshStore, newEngine } from '../support/engines.js'

test('Two engines with a function in common never mix: each job runs by the worker of its own engine.', async () => {
  const shared = task({ retry: { maxRetries: 0 } }, (text: string) => text)
  const first = await newEngine({ shared, one: () => 'one' })
  const second = await newEngine({ shared, two: () => 'two' })
  await first.startWorker({ inline: true })
  await second.startWorker({ inline: true })
  const jobs = await Promise.all(
    Array.from({ length: 20 }, (_, index) => [
      first.enqueue(shared, [`first ${index}`]),
      second.enqueue('shared', [`second ${index}`]),
    ]).flat(),
  )
  const engines = [first, second]
  const names = ['first', 'second']
  for (const [index, job] of jobs.entries()) {
    const engine = engines[index % 2] ?? first
    expect((await ended(engine, job)).result).toBe(`${names[index % 2]} ${Math.floor(index / 2)}`)
  }
  expect(await first.jobs({ limit: 1000 })).toHaveLength(20)
  expect(await second.jobs({ limit: 1000 })).toHaveLength(20)
  await expect(first.enqueue('two' as never, [] as never)).rejects.toMatchObject({ code: 'E_UNKNOWN_TASK' })
})

test('What a job enqueues goes to the engine that runs it, named by the engine where two have the function.', async () => {
  const child = task({}, (from: string) => from)
  const first = await newEngine({
    child,
    parent: async (): Promise<string> => (await first.enqueue(child, ['first'])).id,
    vague: task({ retry: { maxRetries: 0 } }, async () => void (await child.enqueue('whose?'))),
  })
  const second = await newEngine({ child })
  await first.startWorker({ inline: true })
  const { result } = await ended(first, await first.enqueue('parent', []))
  expect(await ended(first, { id: String(result) })).toMatchObject({ task: 'child', result: 'first' })
  expect(await second.jobs()).toEqual([])
  const vague = await ended(first, await first.enqueue('vague', []))
  expect(vague).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(/several engines/) } })
})

test('Closing one leaves the other as it was.', async () => {
  const shared = task({}, () => 'done')
  const store = freshStore()
  const first = await newEngine({ shared }, store)
  const second = await newEngine({ shared }, store)
  await first.startWorker({ inline: true })
  await second.startWorker({ inline: true })
  await first.close()
  expect(await ended(second, await shared.enqueue())).toMatchObject({ state: 'completed', result: 'done' })
})
