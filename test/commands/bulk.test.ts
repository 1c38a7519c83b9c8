import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { onTerminal } from '../support/pty.js'
import { enqueueJob } from '../support/store.js'

const golden = goldenFolder('bulk')

const tasks = {
  'tasks/mail.mjs': `import { existsSync } from 'node:fs'
export const send = (n) => {
  if (!existsSync('mended')) throw new Error(\`\${n} too many connections\`)
  return n
}
export const other = () => { throw new Error('no such host') }
`,
}

interface Answers {
  readonly items: readonly { readonly id: string; readonly answer: string }[]
}

/** Three failed jobs of `mail.send`, one of `mail.other`, and a job that waits. */
async function failing() {
  const project = cliProject(tasks)
  for (const code of [421, 450, 421]) await enqueueJob(project, 'mail.send', [code], { retries: 0 })
  await enqueueJob(project, 'mail.other', [], { retries: 0, queue: 'other' })
  await project.run(['workers', 'start', '--burst', '--concurrency', '1'])
  await enqueueJob(project, 'mail.send', [1], { delay: '1h' })
  return project
}

describe('jobs retry', () => {
  test('A filter shows what it would retry, asks, and retries with one line; the retried jobs wait.', async () => {
    const project = await failing()
    await golden.run(project, {
      'retry-dry-run': ['jobs', 'retry', '--task', 'mail.send', '--dry-run'],
      'retry-older': ['jobs', 'retry', '--ended-within', '0ms', '--dry-run'],
      'retry-without-terminal': ['jobs', 'retry', '--error', '421 too many connections'],
      'retry-neither': ['jobs', 'retry'],
      'retry-both': ['jobs', 'retry', 'j1', '--task', 'mail.send'],
      'retry-wrong-state': ['jobs', 'retry', '--state', 'queued'],
    })
    const asked = await onTerminal(project, '[y/N]', 'n\\r', ['offstage', 'jobs', 'retry', '--error', '# too many'])
    expect(asked).toMatchObject({ exitCode: 0, screen: expect.stringContaining('Retry 3 failed jobs of mail.send?') })
    expect(await project.json(['jobs', 'list', '--state', 'failed'])).toMatchObject({ items: { length: 4 } })
    await golden.run(project, { retry: ['jobs', 'retry', '--error', '# too many connections', '--yes'] })
    await golden.run(project, { 'retry-nothing': ['jobs', 'retry', '--error', '# too many connections', '--yes'] })
    expect(await project.json(['jobs', 'list', '--state', 'queued'])).toMatchObject({
      items: [{ id: 'j3' }, { id: 'j2' }, { id: 'j1', failures: 0, attempt: 1, error: null, endedAt: null }],
    })
  })

  test('Ids are retried one by one; what is no job is said last, with exit code 5.', async () => {
    const project = await failing()
    await golden.run(project, {
      'retry-ids': ['jobs', 'retry', 'j1', 'j99', '5', 'j98', 'j2', 'j1'],
      'retry-ids-json': ['jobs', 'retry', 'j4', 'j99', '--json'],
    })
  })

  test('A canary needs a worker, and stops at the first failure; the others follow only if all complete.', async () => {
    const project = await failing()
    const retry = ['jobs', 'retry', '--task', 'mail.send', '--canary', '1', '--yes']
    await golden.run(project, { 'canary-no-worker': retry, 'canary-dry-run': [...retry, '--dry-run'] })
    const worker = project.start(['workers', 'start'])
    await worker.says(/ready/)
    await golden.run(project, { 'canary-failed': retry })
    expect((await project.json<Answers>(['jobs', 'list', '--state', 'failed'])).items).toHaveLength(4)
    project.write('mended', '')
    await golden.run(project, { canary: retry })
    expect(await project.run(['jobs', 'wait', 'j1', 'j2', 'j3'])).toMatchObject({ exitCode: 0 })
    worker.signal('SIGTERM')
    await worker.ended
  })

  test('A canary that no worker can run retries nothing; one that does not end in time is exit code 3, and the others stay.', async () => {
    const project = await failing()
    const worker = project.start(['workers', 'start', '--queues', 'default'])
    await worker.says(/ready/)
    await golden.run(project, { 'canary-not-served': ['jobs', 'retry', 'j4', '--canary', '1'] })
    expect(await project.json(['jobs', 'show', 'j4'])).toMatchObject({ state: 'failed' })
    const unknown = await project.run(['jobs', 'retry', 'j1', 'j9999', '--canary', '1'])
    expect(unknown).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('no job j9999') })
    expect(await project.json(['jobs', 'show', 'j1'])).toMatchObject({ state: 'failed' })
    await project.run(['queues', 'pause', 'default'])
    await golden.run(project, {
      'canary-late': ['jobs', 'retry', 'j1', 'j2', '--canary', '1', '--timeout', '100ms'],
    })
    worker.signal('SIGTERM')
    await worker.ended
  })
})

describe('jobs cancel, remove and prune', () => {
  test('Cancelling several jobs says what became of each, in JSON too, though one is unknown.', async () => {
    const project = await failing()
    await golden.run(project, { 'cancel-dry-run': ['jobs', 'cancel', '--queue', 'default', '--dry-run'] })
    await golden.run(project, {
      'cancel-unknown': ['jobs', 'cancel', 'j99', 'j5', 'j1', '--json'],
    })
  })

  test('Ended jobs are removed, by id and by filter; others stay.', async () => {
    const project = await failing()
    await golden.run(project, {
      'remove-dry-run': ['jobs', 'remove', '--task', 'mail.send', '--dry-run'],
      'remove-unended': ['jobs', 'remove', 'j5'],
    })
    await golden.run(project, { 'remove-ids': ['jobs', 'remove', 'j1', 'j5', 'j99'] })
    await golden.run(project, { remove: ['jobs', 'remove', '--task', 'mail.send', '--yes'] })
    expect(await project.json(['jobs', 'list'])).toMatchObject({ items: [{ id: 'j5' }, { id: 'j4' }] })
  })

  test('Retention runs when it is asked to, with the numbers of the config.', async () => {
    const project = await failing()
    await golden.run(project, { 'prune-nothing': ['jobs', 'prune', '--yes'] })
    project.write('offstage.config.json', '{ "retention": { "failed": "0ms" } }')
    await golden.run(project, {
      'prune-dry-run': ['jobs', 'prune', '--dry-run'],
      'prune-unasked': ['jobs', 'prune'],
    })
    await golden.run(project, { prune: ['jobs', 'prune', '--yes', '--json'] })
    expect(await project.json(['jobs', 'list'])).toMatchObject({ items: [{ id: 'j5' }] })
  })
})

describe('queues clear', () => {
  test('What waits on the queue is cancelled, after a question; other queues stay.', async () => {
    const project = cliProject({ 'tasks/a.mjs': '' })
    await enqueueJob(project, 'a', [], { queue: 'mail' })
    await enqueueJob(project, 'a', [], { queue: 'mail', delay: '1h' })
    await enqueueJob(project, 'a')
    await golden.run(project, {
      'clear-dry-run': ['queues', 'clear', 'mail', '--dry-run'],
      'clear-unasked': ['queues', 'clear', 'mail'],
      'clear-unknown': ['queues', 'clear', 'mial', '--yes'],
    })
    await golden.run(project, { clear: ['queues', 'clear', 'mail', '--yes'] })
    expect(await project.json(['jobs', 'list', '--state', 'queued'])).toMatchObject({ items: [{ id: 'j3' }] })
  })
})

describe('jobs wait', () => {
  test('The exit code is that of the first in the given order that did not complete.', async () => {
    const project = await failing()
    await project.run(['run', 'mail.send', '7', '--detach'])
    await project.run(['jobs', 'cancel', 'j5'])
    project.write('mended', '')
    const worker = project.start(['workers', 'start'])
    await worker.says(/ready/)
    await golden.run(project, {
      'wait-completed': ['jobs', 'wait', 'j6'],
      'wait-failed': ['jobs', 'wait', 'j6', 'j4', 'j5'],
      'wait-cancelled': ['jobs', 'wait', 'j5', 'j4'],
      'wait-unknown': ['jobs', 'wait', 'j6', 'j99'],
      'wait-for-none': ['jobs', 'wait'],
    })
    expect(await project.json<Answers>(['jobs', 'wait', '6'])).toMatchObject({ items: [{ id: 'j6', result: 7 }] })
    worker.signal('SIGTERM')
    await worker.ended
  })

  test('It ends when the last job does, at its time limit, or with Ctrl-C.', async () => {
    const project = cliProject(tasks)
    project.write('mended', '')
    await enqueueJob(project, 'mail.send', [1])
    await golden.run(project, { 'wait-late': ['jobs', 'wait', 'j1', '--timeout', '50ms'] })
    const interrupted = project.start(['jobs', 'wait', 'j1'])
    await interrupted.says(/no worker/)
    interrupted.signal('SIGINT')
    expect((await interrupted.ended).exitCode).toBe(130)
    const waiting = project.start(['jobs', 'wait', 'j1'])
    await waiting.says(/no worker/)
    await project.run(['workers', 'start', '--burst'])
    expect(await waiting.ended).toMatchObject({ exitCode: 0, stdout: '' })
  })
})

test('A dry run only reads: it makes no store.', async () => {
  const project = cliProject({ 'tasks/a.mjs': 'export default () => {}' })
  for (const args of [
    ['jobs', 'retry', '--task', 'a'],
    ['jobs', 'retry', '--task', 'a', '--canary', '1'],
    ['jobs', 'cancel', '--task', 'a'],
    ['jobs', 'remove', '--task', 'a'],
    ['jobs', 'prune'],
    ['queues', 'clear', 'default'],
    ['schedule', 'remove', 'nightly'],
    ['schedule', 'sync'],
  ]) {
    const { exitCode, stderr } = await project.run([...args, '--dry-run'])
    expect([0, 5], `${args.join(' ')}: ${stderr}`).toContain(exitCode)
    expect(existsSync(project.path('.offstage')), args.join(' ')).toBe(false)
  }
})
