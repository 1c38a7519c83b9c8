import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const eight = Array.from({ length: 8 }, (_, index) => index)
const files = { 'tasks/echo.mjs': 'export default (...args) => args\n' }

test('Eight commands that make the store at once make one, and all their jobs are in it.', async () => {
  const project = cliProject(files)
  const ended = await Promise.all(eight.map((n) => project.run(['run', 'echo', `${n}`, '--detach'])))
  expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(eight.map(() => [0, '']))
  expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(8)
  const { items } = await project.json<{ items: { args: number[] }[] }>(['jobs', 'list'])
  expect(items.map(({ args }) => args[0]).sort()).toEqual(eight)
})

test('Of eight jobs with one key that come at once, one is stored; with replace the last one stays.', async () => {
  const project = cliProject(files)
  const at = (key: string, policy: string) =>
    Promise.all(
      eight.map((n) => project.run(['run', 'echo', `${n}`, '--detach', '--key', key, '--on-conflict', policy])),
    )
  const skipped = await at('s', 'skip')
  expect(skipped.map(({ exitCode }) => exitCode)).toEqual(eight.map(() => 0))
  expect(new Set(skipped.map(({ stdout }) => stdout)).size).toBe(1)
  const refused = await at('e', 'error')
  expect(refused.map(({ exitCode }) => exitCode).sort()).toEqual([0, 1, 1, 1, 1, 1, 1, 1])
  const replaced = await at('r', 'replace')
  expect(new Set(replaced.map(({ stdout }) => stdout)).size).toBe(8)
  const { items } = await project.json<{ items: { key: string; state: string }[] }>(['jobs', 'list'])
  const states = (key: string) => items.filter((job) => job.key === key).map(({ state }) => state)
  expect([states('s'), states('e')]).toEqual([['queued'], ['queued']])
  expect(states('r').sort()).toEqual([...Array(7).fill('cancelled'), 'queued'])
})
