import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScheduleJson } from '../../src/views/schedule.js'
import { cliProject, eventually, type RunningCli } from '../support/cli.js'
import { type ExampleServer, mailsOf, startExample } from '../support/example-server.js'

const example = join(import.meta.dirname, '../../examples/hono')

// The same service twice: its jobs are run by task processes beside the server, or by workers of their own.
describe.each(['embedded', 'separate'])('with %s workers', (kind) => {
  const project = cliProject()
  const store = `sqlite:${project.path('data/jobs.db')}`
  let server: ExampleServer
  let worker: RunningCli | null = null

  const ended = (jobId: string) =>
    eventually(async () => {
      const { status, body } = await server.get(`/job-status/${jobId}`)
      expect(status).toBe(200)
      expect(body.endedAt).not.toBeNull()
      return body
    })

  beforeAll(async () => {
    server = await startExample('hono', project, kind === 'embedded' ? { WORKER: 'embedded' } : {})
    if (kind === 'embedded') return
    const flags = ['--cwd', example, '--store', store, '--queues', 'high:5,normal:2,low:1,default:1']
    worker = project.start(['workers', 'start', ...flags], { env: { DATA_DIR: project.path('data') } })
  })
  afterAll(async () => {
    server.signal('SIGTERM')
    worker?.signal('SIGTERM')
    expect(await server.ended, server.output()).toBe(0)
    expect((await worker?.ended)?.exitCode ?? 0).toBe(0)
  })

  test('An urgent alert goes through the queue "high" within 30 s, by push and by text message.', async () => {
    const { status, body } = await server.post('/urgent-alert', { userId: 'ada', message: 'The door is open.' })
    expect({ status, body }).toEqual({ status: 202, body: { jobId: expect.any(String), queue: 'high' } })
    expect(await ended(body.jobId)).toMatchObject({ status: 'completed', queue: 'high', timeoutMs: 30_000 })
    const alerts = mailsOf(project).filter((mail) => mail.body === 'The door is open.')
    expect(alerts.map(({ to }) => to).sort()).toEqual(['ada@push.example', 'ada@sms.example'])
  })

  test('A batch goes through the queue "normal" within 5 minutes, and its result is how many there were.', async () => {
    const { body } = await server.post('/process-batch', { numbers: [1, 2, 3] })
    const job = await ended(body.jobId)
    expect(job).toMatchObject({ status: 'completed', queue: 'normal', timeoutMs: 300_000, result: 3, error: null })
    expect(JSON.parse(readFileSync(project.path(`data/batches/${body.jobId}.json`), 'utf8'))).toEqual([1, 4, 9])
    const times = [job.createdAt, job.startedAt, job.endedAt]
    expect(times.map((time) => new Date(time).toISOString())).toEqual(times)
    expect([...times].sort()).toEqual(times)
  })

  test('The clean-up goes through the queue "low" within an hour, and removes temporary files only.', async () => {
    for (const name of ['ops-1', 'ops-2', 'kept']) project.write(`data/tmp/${name}`, '')
    const { body } = await server.post('/schedule-cleanup', {})
    expect(await ended(body.jobId)).toMatchObject({ queue: 'low', timeoutMs: 3_600_000, result: { removed: 2 } })
    expect(existsSync(project.path('data/tmp/kept'))).toBe(true)
    expect(existsSync(project.path('data/tmp/ops-1'))).toBe(false)
  })

  test('The status of a job that is not there is 404.', async () => {
    for (const id of ['j999999', 'nonsense'])
      expect(await server.get(`/job-status/${id}`)).toMatchObject({ status: 404, body: { error: expect.any(String) } })
  })

  test('A critical operation runs in the server; a bulk operation is a job.', async () => {
    expect((await server.post('/critical-operation', { name: 'close the valve' })).status).toBe(202)
    await eventually(() => expect(project.lines('data/critical.log')).toEqual(['close the valve']))
    const { body } = await server.post('/bulk-operation', { numbers: Array(1_000).fill(2) })
    expect(await ended(body.jobId)).toMatchObject({ status: 'completed', result: 1_000 })
  })

  test('The clean-up is also a schedule of the store, for two at night.', async () => {
    const { items } = await project.json<{ items: readonly ScheduleJson[] }>(['schedule', 'list', '--store', store])
    expect(items).toMatchObject([
      { task: 'cleanup.removeTempFiles', nextAt: expect.stringMatching(/T02:00:00\.000Z$/) },
    ])
  })

  test('Bad input is refused, and no job is stored.', async () => {
    const jobs = async () => (await project.run(['jobs', 'list', '--store', store, '--json'])).stdout
    const before = await jobs()
    expect((await server.post('/process-batch', { numbers: ['one'] })).status).toBe(400)
    const notJson = { method: 'POST', body: '{' }
    expect((await server.request('/process-batch', notJson)).status).toBe(400)
    expect(await jobs()).toBe(before)
  })

  test('The metrics and the health are those of all jobs of the store.', async () => {
    const { body } = await server.get('/task-metrics')
    expect(body).toMatchObject({
      totalTasks: 4,
      completedTasks: 4,
      failedTasks: 0,
      tasks: { 'alerts.urgent': { totalTasks: 1 } },
    })
    expect(await server.get('/health/background-tasks')).toMatchObject({
      status: 200,
      body: { status: 'healthy', failureRate: 0 },
    })
    // One of five is more than 10 %, and not more than 50 %.
    const alert = await server.post('/urgent-alert', { userId: 'no user', message: '' })
    expect(await ended(alert.body.jobId)).toMatchObject({ status: 'failed', error: 'there is no user no user' })
    expect(await server.get('/health/background-tasks')).toMatchObject({
      status: 200,
      body: { status: 'degraded', failureRate: 0.2 },
    })
  })
})
