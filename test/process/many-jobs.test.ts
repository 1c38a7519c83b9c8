import { expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { openStore, parseStoreUrl } from '../../src/open.js'
import { cliProject } from '../support/cli.js'
import { onTerminal } from '../support/pty.js'
import { enqueueJobs } from '../support/store.js'
import { storeUrlOf } from '../support/tested-store.js'

const count = 20_000

test('Ctrl-C stops a change of many jobs after a batch, says how far it got, and harms none; again it does the rest.', async () => {
  const project = cliProject({ 'tasks/a.mjs': '' })
  const ids = await enqueueJobs(project, 'a', count, [])
  const store = await openStore(parseStoreUrl(storeUrlOf(project), project.root), systemClock)
  await store.cancel(ids)
  const states = async () => (await store.queues())[0]?.counts
  const command = ['offstage', 'jobs', 'retry', '--state', 'cancelled', '--yes']

  const { screen, exitCode } = await onTerminal(project, ` of ${count}`, '\\x03', command)
  expect(exitCode).toBe(130)
  const done = Number(/interrupted after (\d+) of 20000 jobs/.exec(screen)?.[1])
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(count)
  expect(await states()).toMatchObject({ queued: done, cancelled: count - done })

  expect(await project.run(command.slice(1))).toMatchObject({
    exitCode: 0,
    stderr: `retried ${count - done} jobs\n`,
  })
  expect(await states()).toMatchObject({ queued: count, cancelled: 0 })
  await store.close()
})
