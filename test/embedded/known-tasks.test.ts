import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { createEngine } from '../../src/index.js'
import { openStore, parseStoreUrl } from '../../src/open.js'
import { temporaryFolder } from '../support/folder.js'
import { storeUrlIn } from '../support/tested-store.js'

// Otherwise "offstage status JOB" says of a job that waits for a retry that nobody knows its task.
test.each(['inline', 'in task processes'])('A worker %s stores which tasks it knows.', async (where) => {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  mkdirSync(join(folder.path, 'tasks'))
  writeFileSync(join(folder.path, 'tasks/numbers.mjs'), 'export const double = (value) => value * 2\n')
  const url = storeUrlIn(folder.path)
  const engine = await createEngine({ store: url, tasks: join(folder.path, 'tasks') })
  onTestFinished(() => engine.close())
  const worker = await engine.startWorker({ inline: where === 'inline' })
  const store = await openStore(parseStoreUrl(url, folder.path), systemClock)
  onTestFinished(() => store.close())
  await vi.waitFor(async () => {
    const [info] = await store.workers()
    expect(info).toMatchObject({ id: worker.id, tasks: expect.arrayContaining(['numbers.double']) })
  })
})
