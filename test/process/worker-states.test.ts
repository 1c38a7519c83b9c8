import { expect, test } from 'vitest'
import type { WorkerJson } from '../../src/views/worker.js'
import { cliProject, eventually } from '../support/cli.js'

const project = cliProject({ 'tasks/one.mjs': 'export default () => 1\n' })
const states = async (command: readonly string[], key: 'items' | 'workers') =>
  (await project.json<Record<typeof key, readonly WorkerJson[]>>(command))[key].map(({ state }) => state)

test('A worker is alive while it runs, and dead at once when it was killed, wherever workers are shown.', async () => {
  const worker = project.start(['workers', 'start'])
  await worker.says(/is ready/)
  expect(await states(['workers', 'list'], 'items')).toEqual(['alive'])
  expect(await states(['status'], 'workers')).toEqual(['alive'])
  worker.signal('SIGKILL')
  await worker.ended
  expect(await states(['workers', 'list'], 'items')).toEqual(['dead'])
  expect(await states(['status'], 'workers')).toEqual(['dead'])
  expect(await project.json(['health'])).toMatchObject({ workersAlive: 0 })
  expect((await project.run(['status'])).stdout).toMatch(/^w1 +(?:✗ )?dead /m)

  const waiting = project.start(['run', 'one', '--wait'])
  await waiting.says(/no worker is running; start one/)
  waiting.signal('SIGINT')
  expect((await waiting.ended).exitCode).toBe(130)
  await eventually(() => expect(project.processes()).toEqual([]))
})
