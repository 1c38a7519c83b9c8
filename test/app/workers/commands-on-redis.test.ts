import { expect, test } from 'vitest'
import { startAllTasks } from '../../../src/app/start-tasks.js'
import { mayRunCommands } from '../../../src/app/workers/run-worker.js'
import { parseStoreUrl } from '../../../src/open.js'

test.each([
  ['redis://h', false, false],
  ['redis://h', true, true],
  ['sqlite:jobs.db', false, true],
])('A worker of %s with allowCommands %s runs commands: %s.', (url, allowCommands, runs) => {
  const context = { location: parseStoreUrl(url, '/') }
  expect(mayRunCommands(context, { allowCommands })).toBe(runs)
})

test('A worker that may run no commands, in a folder without a project, has nothing to run.', () => {
  const context = { project: null, from: '/', location: parseStoreUrl('redis://h', '/') }
  expect(() => startAllTasks(context as never, false, () => {})).toThrow(
    expect.objectContaining({ code: 'E_NO_PROJECT' }),
  )
})
