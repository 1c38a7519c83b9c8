import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { MetricsJson } from '../../src/views/metrics.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { enqueueJob, finalJobs } from '../support/store.js'
import { isOnRedis } from '../support/tested-store.js'

const long = process.env.OFFSTAGE_FAULTS === 'long'
const examples = join(import.meta.dirname, '../../examples')
const run = promisify(execFile)

const isInstalled = (program: string) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const tasks = {
  'tasks/mail.mjs': `export const send = (ms) => new Promise((done) => setTimeout(done, ms))
export function fail() { throw new Error('421 too many') }
`,
}

/** A worker that serves metrics, and where. */
async function startWorker(project: CliProject, ...flags: readonly string[]) {
  const worker = project.start(['workers', 'start', '--http', '0', ...flags])
  const [, url = ''] = await worker.says(/listens on (http:\S+):/)
  await worker.says(/is ready/)
  return { worker, url }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('A worker serves metrics and probes until it stops; it refuses a port that is taken before it claims a job.', async () => {
  const project = cliProject(tasks)
  const { worker, url } = await startWorker(project)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const id = await enqueueJob(project, 'mail.send', [1])
  await finalJobs(project, [id])
  expect(await (await fetch(`${url}/readyz`)).text()).toBe('ok\n')
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('\noffstage_workers 1\n')

  const port = new URL(url).port
  const second = await project.run(['workers', 'start'], { env: { OFFSTAGE_HTTP: port } })
  expect(second.exitCode).toBe(2)
  expect(second.stderr).toMatch(/^error: .*cannot listen on 127\.0\.0\.1:\d+: another program uses the port\n.*\n$/)
  expect((await project.json<{ workers: object[] }>(['status'])).workers).toHaveLength(1)

  const running = await enqueueJob(project, 'mail.send', [1_500])
  await eventually(async () => {
    expect((await project.json<{ workers: { running: object[] }[] }>(['status'])).workers[0]?.running).toHaveLength(1)
  })
  worker.signal('SIGTERM')
  await worker.says(/may finish/)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await worker.ended).exitCode).toBe(0)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  expect(await finalJobs(project, [running])).toMatchObject([{ state: 'completed', attempt: 1 }])
})

describe.skipIf(!isInstalled('promtool'))('promtool', () => {
  test('Finds nothing wrong with what is served, and the alerts fire when they should.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'mail.fail', '--retries', '0'])
    await project.run(['schedule', 'mail.send', '10', '--every', '1h'])
    await project.run(['schedule', 'trigger', 'mail.send'])
    const { worker, url } = await startWorker(project, '--no-scheduler')
    const text = await (await fetch(`${url}/metrics`)).text()
    project.write('metrics.txt', text)
    expect(text).toContain('offstage_schedule_slots_total{schedule="mail.send",outcome="fired"} 1\n')
    const checked = await project.shell('promtool check metrics < metrics.txt')
    expect(checked).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    await run('promtool', ['check', 'rules', join(examples, 'alerts.yaml')])
    await run('promtool', ['test', 'rules', join(import.meta.dirname, 'alerts-test.yaml')])
    worker.signal('SIGTERM')
    await worker.ended
  })

  test('The examples use no metric that is not served.', async () => {
    const project = cliProject(tasks)
    await project.run(['run', 'mail.send', '1'])
    await project.run(['schedule', 'mail.send', '10', '--every', '1h'])
    const { stdout } = await project.run(['metrics', '--format', 'prometheus'])
    const served = new Set([...stdout.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const used = ['alerts.yaml', 'grafana.json'].flatMap((file) =>
      [...readFileSync(join(examples, file), 'utf8').matchAll(/\boffstage_\w+/g)].map(([name]) => name),
    )
    expect(used.length).toBeGreaterThan(20)
    // The size of a file, which a Redis does not have.
    const missing = isOnRedis ? ['offstage_store_bytes'] : []
    expect(used.filter((name) => !served.has(name.replace(/_bucket$/, '')))).toEqual(missing)
  })
})

describe.skipIf(!isInstalled('prometheus'))('prometheus', () => {
  test('What it has stored after some scrapes is what metrics --json says.', { timeout: 150_000 }, async () => {
    const project = cliProject(tasks)
    const { worker, url } = await startWorker(project)
    const base = await startPrometheus(project, new URL(url).host)
    const until = Date.now() + (long ? 60_000 : 3_000)
    const ids: string[] = []
    do {
      for (const ms of [1, 20, 60]) ids.push(await enqueueJob(project, 'mail.send', [ms]))
      ids.push(await enqueueJob(project, 'mail.fail', [], { retries: 1 }))
      await finalJobs(project, ids.slice(-4))
    } while (Date.now() < until)

    const { tasks: counted } = await project.json<MetricsJson>(['metrics'])
    expect(counted['mail.send']).toMatchObject({ total: 0.75 * ids.length, failed: 0 })
    expect(counted['mail.fail']).toMatchObject({ completed: 0, failed: 0.25 * ids.length, retried: 0.25 * ids.length })
    const stored = async (query: string) => {
      const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(query)}`)
      const { data } = (await response.json()) as {
        data: { result: { metric: { task: string }; value: [number, string] }[] }
      }
      return Object.fromEntries(data.result.map(({ metric, value }) => [metric.task, Number(value[1])]))
    }
    const of = (field: 'completed' | 'failed' | 'retried' | 'total') =>
      Object.fromEntries(Object.entries(counted).map(([task, metrics]) => [task, metrics[field]]))
    await eventually(async () => {
      expect(await stored('offstage_jobs_completed_total')).toEqual(of('completed'))
      expect(await stored('sum by (task) (offstage_jobs_failed_total)')).toEqual(of('failed'))
      expect(await stored('offstage_jobs_retried_total')).toEqual(of('retried'))
      expect(await stored('offstage_job_duration_seconds_count')).toEqual(of('total'))
    })
    const averages = await stored('offstage_job_duration_seconds_sum / offstage_job_duration_seconds_count')
    for (const [task, { averageMs }] of Object.entries(counted)) {
      expect(Math.abs((averages[task] ?? Number.NaN) * 1_000 - (averageMs ?? Number.NaN)), task).toBeLessThanOrEqual(
        0.5,
      )
    }
    worker.signal('SIGTERM')
    await worker.ended
  })
})

/** Scrapes `target` every half second. Resolves to its own URL. */
async function startPrometheus(project: CliProject, target: string): Promise<string> {
  const file = project.write(
    'prometheus.yml',
    `scrape_configs: [{ job_name: offstage, scrape_interval: 500ms, scrape_timeout: 500ms, static_configs: [{ targets: ['${target}'] }] }]\n`,
  )
  const address = `127.0.0.1:${await freePort()}`
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${project.path('tsdb')}`,
    `--web.listen-address=${address}`,
  ]
  const child = spawn('prometheus', flags, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await eventually(async () => expect((await fetch(`http://${address}/-/ready`)).status).toBe(200))
  return `http://${address}`
}
