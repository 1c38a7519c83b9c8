import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob, jobOf } from '../support/store.js'

const hasCompiler = `import { createRequire } from 'node:module'
export default (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => /esbuild.lib.main\\.js$/.test(file))
`

test('What had to compile the modules is replaced before a worker hands it a job; what is compiled is kept.', async () => {
  const project = cliProject({ 'tasks/a.ts': `${hasCompiler}// one\n` })
  const id = await enqueueJob(project, 'a')
  const burst = await project.run(['workers', 'start', '--burst'])
  expect(burst.exitCode, burst.stderr).toBe(0)
  expect((await jobOf(project, id)).result).toBe(false)

  // A run of one job is not worth another process.
  project.write('tasks/a.ts', `${hasCompiler}// two\n`)
  expect((await project.run(['run', 'a'])).stdout).toBe('true\n')
  expect((await project.run(['run', 'a'])).stdout).toBe('false\n')
})
