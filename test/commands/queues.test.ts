import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { keysOf, shapes } from '../support/shapes.js'
import { enqueueJob } from '../support/store.js'

const golden = goldenFolder('queues')

interface Queues {
  readonly items: readonly { readonly name: string; readonly paused: boolean }[]
}

describe('queues', () => {
  test('Queues are listed with their jobs, paused and resumed.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await golden.run(project, { 'list-empty': ['queues', 'list'] })
    await enqueueJob(project, 'a', [], { queue: 'mail', delay: '1h' })
    await enqueueJob(project, 'a', [], { queue: 'reports', delay: '1h' })
    await golden.run(project, { pause: ['queues', 'pause', 'mail', 'reports', 'mail'] })
    await golden.run(project, { 'pause-again': ['queues', 'pause', 'mail'] })
    await golden.run(project, { 'pause-unknown': ['queues', 'pause', 'mial'] })
    await golden.run(project, { list: ['queues', 'list'], status: ['status'] })
    await golden.run(project, { resume: ['queues', 'resume', 'mail'] })
    await golden.run(project, { 'resume-again': ['queues', 'resume', 'mail'] })
    await golden.run(project, { 'resume-without-jobs': ['queues', 'resume', 'mial', '--json'] })

    const { items } = await project.json<Queues>(['queues', 'list'])
    expect(items.map(keysOf)).toEqual([shapes.queue, shapes.queue])
    expect(items).toMatchObject([
      { name: 'mail', paused: false },
      { name: 'reports', paused: true },
    ])
    const paused = await project.json<Queues>(['queues', 'pause', 'mail', 'later'])
    expect(paused).toMatchObject({ items: [items[0], { name: 'later' }].map((item) => ({ ...item, paused: true })) })
  })

  test('A queue that is not there is exit code 5, what is no name is exit code 2; then nothing is changed.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await enqueueJob(project, 'a', [], { queue: 'mail', delay: '1h' })
    await project.run(['queues', 'pause', 'mail'])
    await golden.run(project, {
      'resume-unknown': ['queues', 'resume', 'mail', 'mial'],
      'resume-unlike-any': ['queues', 'resume', 'elsewhere', '--json'],
      'bad-name': ['queues', 'pause', 'mail', '../etc'],
      'no-name': ['queues', 'pause'],
      memory: ['queues', 'pause', 'mail', '--store', 'memory:'],
    })
    expect(await project.json<Queues>(['queues', 'list'])).toMatchObject({ items: [{ name: 'mail', paused: true }] })
  })
})
