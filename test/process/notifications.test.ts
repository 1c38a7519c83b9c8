import { expect, onTestFinished, test } from 'vitest'
import { notifyQueue, notifyTask } from '../../src/domain/notification.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { Receiver } from '../support/receiver.js'
import { enqueueJob, enqueueJobs, finalJobs, jobsOf } from '../support/store.js'

const secret = 'correct horse battery staple'

const tasks = {
  'tasks/work.mjs': `export const fine = () => 1
export const fail = (input) => { throw new Error('no: ' + input?.password) }
export const slow = () => new Promise(() => {})
export const die = () => process.kill(process.pid, 'SIGKILL')
export const later = () => { if (!globalThis.tried) { globalThis.tried = true; throw new Error('once') } return 2 }
`,
  'tasks/alerts.mjs': `import { appendFileSync } from 'node:fs'
export const told = ({ job }) => appendFileSync('told.txt', job.id + ' ' + job.reason + '\\n')
export const broken = () => { throw new Error('the notifier is broken') }
`,
}

async function receiver(port = 0): Promise<Receiver> {
  const one = await Receiver.listen(secret, port)
  onTestFinished(() => one.close())
  return one
}

function projectWith(notify: object, more: Readonly<Record<string, string>> = {}): CliProject {
  return cliProject({ ...tasks, ...more, 'offstage.config.json': JSON.stringify({ notify }) })
}

const toUrl = (one: Receiver, more: object = {}) => projectWith({ onFailed: { url: one.url, secret, ...more } })

const once = { retries: 0 }

/** The notifications of a project, the oldest first. */
async function notifications(project: CliProject) {
  return (await jobsOf(project)).filter(({ key }) => key?.startsWith('offstage:notify:') === true)
}

async function startWorker(project: CliProject) {
  const worker = project.start(['workers', 'start'])
  await worker.says(/is ready/)
  return worker
}

async function stopWorker(worker: ReturnType<CliProject['start']>) {
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
}

test('Each job that fails for good arrives once, signed and masked; jobs that end well do not.', async () => {
  const to = await receiver()
  const project = toUrl(to)
  const failed = [
    await enqueueJob(project, 'work.fail', [{ password: 'hunter22' }], once),
    await enqueueJob(project, 'work.slow', [], { ...once, timeout: 50 }),
    await enqueueJob(project, 'work.fail', [], { ...once, expires: 1 }),
    await enqueueJob(project, 'work.die', []),
  ]
  const well = [await enqueueJob(project, 'work.fine'), await enqueueJob(project, 'work.later')]
  const worker = await startWorker(project)
  await finalJobs(project, [...failed, ...well])
  await eventually(async () => {
    expect((await notifications(project)).map(({ state }) => state)).toEqual(failed.map(() => 'completed'))
  })
  await stopWorker(worker)
  expect([...to.ids].sort()).toEqual([...failed].sort())
  expect(to.received.every(({ isSigned, path }) => isSigned && path.startsWith('/failed'))).toBe(true)
  const reasons = to.received.map(({ body }) => [body.job.id, body.job.reason])
  expect(reasons.sort()).toEqual([
    [failed[0], 'error'],
    [failed[1], 'timeout'],
    [failed[2], 'expired'],
    [failed[3], 'lost'],
  ])
  const first = to.received.find(({ body }) => body.job.id === failed[0])?.body
  expect(first).toMatchObject({
    event: 'job.failed',
    project: project.root,
    host: expect.any(String),
    job: { task: 'work.fail', state: 'failed', args: [{ password: '***' }], attempts: [{ state: 'failed' }] },
  })
  expect(first?.text).toMatch(/^j1 \(work\.fail\) failed .*no: \*\*\*/)
  expect(JSON.stringify(to.received)).not.toContain('hunter22')
})

test('The URL and the secret are in no job, no list and no log.', async () => {
  const to = await receiver()
  to.answers = [410]
  const project = toUrl(to)
  await enqueueJob(project, 'work.fail', [], once)
  const { stdout, stderr } = await project.run(['workers', 'start', '--burst'])
  const { stdout: list } = await project.run(['jobs', 'list', '--json'])
  const [notification] = await notifications(project)
  const { stdout: logs } = await project.run(['jobs', 'logs', notification?.id ?? '', '--json'])
  expect(notification).toMatchObject({
    task: 'offstage.notify',
    state: 'failed',
    error: { message: `not delivered: 127.0.0.1:${to.port} answered 410` },
  })
  for (const shown of [stdout, stderr, list, logs, JSON.stringify(notification)]) {
    expect(shown).not.toContain(secret)
    expect(shown).not.toContain('in-the-url')
  }
})

test('A receiver that is down gets it when it is back; one that answers 500 or 302 is asked again, and no redirect is followed.', async () => {
  const first = await receiver()
  const { port } = first
  await first.close()
  const project = toUrl(first)
  const id = await enqueueJob(project, 'work.fail', [], once)
  const worker = await startWorker(project)
  await finalJobs(project, [id])
  await eventually(async () => expect(await notifications(project)).toMatchObject([{ failures: 1 }]))
  const back = await receiver(port)
  back.answers = [500, 302, 200]
  await eventually(async () => expect(await notifications(project)).toMatchObject([{ state: 'completed' }]))
  expect(back.received.map(({ path }) => path.split('?')[0])).toEqual(['/failed', '/failed', '/failed'])
  await stopWorker(worker)
})

test('It arrives though the queue of the failed job is paused, is cleared, and is served by nobody.', async () => {
  const to = await receiver()
  const project = toUrl(to)
  expect((await project.run(['queues', 'pause', 'lonely'])).exitCode).toBe(0)
  await enqueueJob(project, 'work.fail', [], { ...once, queue: 'lonely', expires: 1 })
  expect((await project.run(['run', 'work.fail', '--queue', 'lonely'])).exitCode).toBe(1)
  await enqueueJob(project, 'work.fine', [], { queue: 'lonely' })
  expect((await project.run(['queues', 'clear', 'lonely', '--yes'])).exitCode).toBe(0)
  expect((await project.run(['workers', 'start', '--queues', 'default', '--burst'])).exitCode).toBe(0)
  expect(await notifications(project)).toMatchObject([
    { state: 'completed', queue: 'offstage.notify' },
    { state: 'completed', queue: 'offstage.notify' },
  ])
  expect(to.received).toHaveLength(2)
})

test('A receiver that is slow is given up and asked again; the worker goes on with other jobs.', async () => {
  const to = await receiver()
  to.answers = ['never', 200]
  const project = toUrl(to, { timeout: '2s' })
  await enqueueJob(project, 'work.fail', [], once)
  const worker = await startWorker(project)
  await eventually(() => expect(to.received).toHaveLength(1))
  const fine = await enqueueJob(project, 'work.fine')
  await finalJobs(project, [fine])
  expect(await notifications(project)).toMatchObject([{ state: 'running', attempt: 1 }])
  await eventually(async () => expect(await notifications(project)).toMatchObject([{ state: 'completed' }]))
  const [notification] = await notifications(project)
  expect(notification?.attempts[0]?.error?.stack).toContain('no answer within 2000 ms')
  await stopWorker(worker)
})

test('Many failures and a receiver that never answers hold up no other job: at most two deliveries run at a time.', async () => {
  const to = await receiver()
  to.answers = ['never']
  const project = toUrl(to)
  await enqueueJobs(project, 'work.fail', 12, [], once)
  const worker = await startWorker(project)
  await eventually(async () => expect(await notifications(project)).toHaveLength(12))
  await eventually(() => expect(to.received).toHaveLength(2))
  const fine = await Promise.all(Array.from({ length: 20 }, () => enqueueJob(project, 'work.fine')))
  await finalJobs(project, fine)
  const running = (await notifications(project)).filter(({ state }) => state === 'running')
  expect(running.length).toBeLessThanOrEqual(2)
  // What waits behind them is sent as soon as one ends.
  to.answers = [200]
  await eventually(async () => {
    const completed = (await notifications(project)).filter(({ state }) => state === 'completed')
    expect(completed.length).toBeGreaterThan(2)
  })
  await stopWorker(worker)
}, 40_000)

test('A refusal (4xx) is not repeated, and a notification that fails is told to nobody.', async () => {
  const to = await receiver()
  to.answers = [410]
  const project = toUrl(to)
  await enqueueJob(project, 'work.fail', [], once)
  await project.run(['workers', 'start', '--burst'])
  expect(to.received).toHaveLength(1)
  expect(await notifications(project)).toMatchObject([{ state: 'failed', attempt: 1 }])

  const broken = projectWith({ onFailed: 'alerts.broken' })
  const id = await enqueueJob(broken, 'work.fail', [], once)
  const worker = await startWorker(broken)
  await finalJobs(broken, [id])
  await eventually(async () => expect(await notifications(broken)).toMatchObject([{ failures: 2 }]))
  await stopWorker(worker)
  expect(await jobsOf(broken)).toHaveLength(2)
})

test('A worker that is killed right after a failure loses no notification, and stores none twice.', async () => {
  const to = await receiver()
  const project = toUrl(to)
  const ids: string[] = []
  for (let round = 0; round < 5; round++) {
    const worker = await startWorker(project)
    const round = [await enqueueJob(project, 'work.fail', [], once), await enqueueJob(project, 'work.fail', [], once)]
    ids.push(...round)
    await finalJobs(project, round)
    worker.signal('SIGKILL')
    await worker.ended
  }
  const worker = await startWorker(project)
  await eventually(async () => {
    expect((await notifications(project)).map(({ state }) => state)).toEqual(ids.map(() => 'completed'))
  })
  await stopWorker(worker)
  // One that ran when its worker died may arrive again: its delivery was not acknowledged.
  expect([...new Set(to.ids)].sort()).toEqual([...ids].sort())
})

test('A run in the foreground tells of its failure itself, with no worker alive, and ends with its own exit code.', async () => {
  const to = await receiver()
  const project = toUrl(to)
  const { exitCode, stdout } = await project.run(['run', 'work.fail', '--retries', '0'])
  expect([exitCode, stdout]).toEqual([1, ''])
  expect((await project.run(['run', '--', 'sh', '-c', 'echo out; exit 3'])).stdout).toBe('out\n')
  expect(to.received.map(({ body }) => body.job.task)).toEqual(['work.fail', 'shell'])
  expect(await notifications(project)).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
})

test('A run in the foreground whose receiver is down leaves the notification to a worker.', async () => {
  const first = await receiver()
  await first.close()
  const project = toUrl(first)
  expect((await project.run(['run', 'work.fail', '--retries', '0'])).exitCode).toBe(1)
  expect(await notifications(project)).toMatchObject([{ state: 'scheduled', failures: 1 }])
  // Nor does a burst wait until it is back.
  const own = await enqueueJob(project, 'work.fail', [], once)
  expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
  expect((await notifications(project)).map(({ state }) => state)).toEqual(['scheduled', 'scheduled'])
  const back = await receiver(first.port)
  const worker = await startWorker(project)
  await eventually(() => expect([...back.ids].sort()).toEqual(['j1', own]))
  await stopWorker(worker)
})

test('A task or a command gets it too, and a schedule may have a target of its own, or none.', async () => {
  const targets = { desk: { command: ['sh', '-c', 'cat >> told.json'] } }
  const project = projectWith({ onFailed: 'alerts.told', targets })
  const schedule = (name: string, ...flags: readonly string[]) =>
    project.run(['schedule', 'work.fail', '--name', name, '--every', '1h', '--retries', '0', ...flags])
  expect((await schedule('plain')).exitCode).toBe(0)
  expect((await schedule('desk', '--notify', 'desk')).exitCode).toBe(0)
  expect((await schedule('silent', '--notify', 'none')).exitCode).toBe(0)
  expect(await schedule('wrong', '--notify', 'desc')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/--notify: the config has no target "desc"\n.*did you mean "desk"\?/),
  })
  for (const name of ['plain', 'desk', 'silent']) await project.run(['schedule', 'trigger', name])
  await project.run(['workers', 'start', '--burst'])
  expect(project.lines('told.txt')).toEqual(['j1 error'])
  const [told, ...others] = project.lines('told.json').map((line) => JSON.parse(line))
  expect(told).toMatchObject({ event: 'job.failed', job: { id: 'j2', schedule: { name: 'desk' } } })
  expect(others).toEqual([])
})

test('A notification whose target is gone goes to onFailed, or fails and says why.', async () => {
  const desk = { command: ['sh', '-c', 'cat >> desk.json'] }
  const project = projectWith({ onFailed: desk })
  await enqueueJob(project, notifyTask, ['gone', { event: 'job.failed' }], { queue: notifyQueue })
  await project.run(['workers', 'start', '--burst'])
  expect(project.lines('desk.json')).toEqual(['{"event":"job.failed"}'])
  project.write('offstage.config.json', JSON.stringify({ notify: { targets: { desk } } }))
  const id = await enqueueJob(project, notifyTask, ['gone', {}], { queue: notifyQueue })
  await project.run(['workers', 'start', '--burst'])
  const failed = (await jobsOf(project)).find((job) => job.id === id)
  expect(failed).toMatchObject({ state: 'failed', attempt: 1 })
  expect(failed?.error?.message).toContain(
    'the config has no URL and no command as target gone; add notify.targets.gone',
  )
})

test('A burst does not wait for the retries of a notification to a task.', async () => {
  const project = projectWith({ onFailed: 'alerts.broken' })
  await enqueueJob(project, 'work.fail', [], once)
  expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
  expect(await notifications(project)).toMatchObject([{ state: 'scheduled', failures: 1 }])
})

test('Nobody can run the built-in task by hand, and no key of a user is that of a notification.', async () => {
  const to = await receiver()
  const project = toUrl(to)
  expect(await project.run(['run', 'offstage.notify'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/no task offstage\.notify|unknown task/),
  })
  const { exitCode, stderr } = await project.run(['run', 'work.fine', '--key', 'offstage:notify:j1:0'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('are those of notifications')])
  expect(to.received).toEqual([])
})
