import { expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { goldenFolder } from '../support/golden.js'
import { sqliteOnly } from '../support/tested-store.js'

const golden = goldenFolder('metrics')
const task = `export const send = () => 'sent'\nexport function fail() { throw new Error('421 too many') }\n`

interface MetricsJson {
  readonly totalTasks: number
  readonly windowMs: number | null
  readonly averageDurationMs: number | null
  readonly tasks: Readonly<Record<string, object>>
}

test('Without jobs that ended, metrics and health say so, and have no averages.', async () => {
  const project = cliProject({ 'tasks/mail.mjs': task })
  await golden.run(project, {
    empty: ['metrics'],
    'empty-window': ['metrics', '--since', '5m'],
    'empty-json': ['metrics', '--json'],
    'empty-health-json': ['health', '--json'],
  })
})

sqliteOnly(test, 'a Redis is there before its first job')('Health says where there is no store yet.', async () => {
  await golden.run(cliProject({ 'tasks/mail.mjs': task }), { 'empty-health': ['health'] })
})

test('Each task is counted by its ends, and commands of schedules under the schedule.', async () => {
  const project = cliProject({ 'tasks/mail.mjs': task })
  await project.run(['run', 'mail.send'])
  await project.run(['run', 'mail.fail', '--retries', '1'])
  await project.run(['schedule', '--name', 'backup', '--cron', '@daily', '--', 'true'])
  await project.run(['schedule', 'trigger', 'backup'])
  await project.run(['workers', 'start', '--burst'])
  const metrics = await project.json<MetricsJson>(['metrics', '--since', '1h'])
  expect(metrics).toMatchObject({ totalTasks: 3, windowMs: 3_600_000 })
  expect(metrics.tasks).toMatchObject({
    backup: { total: 1, completed: 1, failed: 0, retried: 0, failureRate: 0 },
    'mail.fail': { total: 1, completed: 0, failed: 1, retried: 1, failureRate: 1 },
    'mail.send': { total: 1, completed: 1, failed: 0, retried: 0, failureRate: 0 },
  })
  const asJson = await project.run(['metrics', '--since', '1h', '--format', 'json'])
  expect(JSON.parse(asJson.stdout)).toEqual(metrics)
  const { stdout } = await project.run(['metrics', '--format', 'prometheus'])
  expect(stdout).toContain('offstage_jobs_failed_total{task="mail.fail",reason="error"} 1\n')
  expect(stdout).toContain('offstage_jobs_completed_total{task="backup"} 1\n')
})

test('Health exits 1 from the status on that --fail-on says.', async () => {
  const project = cliProject({ 'tasks/mail.mjs': task })
  await project.run(['run', 'mail.send'])
  await project.run(['run', 'mail.fail', '--retries', '0'])
  const degraded = await project.run(['health'])
  expect(degraded).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^degraded\n {2}▲ 50 % of 2 tasks failed/),
  })
  expect(await project.run(['health', '--fail-on', 'degraded'])).toMatchObject({ exitCode: 1 })
  await project.run(['run', 'mail.fail', '--retries', '0'])
  const unhealthy = await project.run(['health', '--json'])
  expect(unhealthy.exitCode).toBe(1)
  expect(JSON.parse(unhealthy.stdout)).toMatchObject({ status: 'unhealthy', recentTasks: 3, failureRate: 2 / 3 })
})

test('What cannot be meant is refused.', async () => {
  const project = cliProject({ 'tasks/mail.mjs': task })
  await golden.run(project, {
    'bad-since': ['metrics', '--since', 'yesterday'],
    'bad-format': ['metrics', '--format', 'xml'],
    'prometheus-since': ['metrics', '--format', 'prometheus', '--since', '1h'],
    'bad-window': ['health', '--window', '-1'],
    'bad-fail-on': ['health', '--fail-on', 'healthy'],
  })
})
