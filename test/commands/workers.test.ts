import { describe, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { enqueueJob } from '../support/store.js'

const golden = goldenFolder('workers')

describe('workers start', () => {
  test('--burst runs what is there, each line of output with its job, and ends.', async () => {
    const project = cliProject({
      'tasks/a.mjs': `import { currentJob } from 'offstage'
export default (word) => {
  process.stdout.write('in ')
  console.log('pieces: %s', word)
  if (currentJob().attempt === 1) throw new Error('once')
}
`,
    })
    await golden.run(project, { 'nothing-to-do': ['workers', 'start', '--burst'] })
    await enqueueJob(project, 'a', ['x'])
    await enqueueJob(project, 'a', ['y'], { delay: '1h' })
    await golden.run(project, {
      burst: ['workers', 'start', '--burst', '--concurrency', '2', '--queues', 'default,other'],
      'bad-queue': ['workers', 'start', '--queues', 'a,,b'],
      'bad-concurrency': ['workers', 'start', '--concurrency', '0'],
    })
  })
})
