import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'

const project = cliProject({
  'tasks/asks.sh': `#!/bin/sh
printf 'how far? '; while [ ! -e answered ]; do sleep 0.05; done
echo far; printf '::progress'; printf ' 0.5\\n'; echo 1
`,
})

test('What a program writes is shown before its line ends; a line of progress is not.', async () => {
  chmodSync(project.path('tasks/asks.sh'), 0o755)
  const run = project.start(['run', 'asks', '--json'])
  await run.says(/how far\? /)
  project.write('answered', '')
  const { exitCode, stdout, stderr } = await run.ended
  expect(exitCode).toBe(0)
  expect(stderr).not.toContain('::progress')
  expect(JSON.parse(stdout)).toMatchObject({ result: 1, progress: { fraction: 0.5 } })
})
