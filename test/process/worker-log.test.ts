import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob, enqueueJobs, outputOf } from '../support/store.js'
import { TmuxTerminal } from '../support/tmux.js'

const files = {
  'tasks/do.mjs': `export const noop = () => {}
export const says = (input) => { console.log('said'); return input }
export const fails = (input) => { throw new Error('boom ' + input?.password) }
export const waits = async () => { console.log('begun'); await new Promise((resolve) => setTimeout(resolve, 60_000)) }
`,
  'tasks/program.sh': '#!/bin/sh\necho out\necho "bad thing" >&2\nexit 3\n',
}

function project() {
  const made = cliProject(files)
  chmodSync(made.path('tasks/program.sh'), 0o755)
  return made
}

type Line = Readonly<Record<string, unknown>>

const parsed = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

describe.concurrent('the log of a worker', () => {
  test('In a file it has time and level, a line for each start and end, and what tasks print; secrets are masked.', async () => {
    const log = project()
    const ids = [
      await enqueueJob(log, 'do.says'),
      await enqueueJob(log, 'do.fails', [{ password: 'hunter2' }], { retries: 1 }),
      await enqueueJob(log, 'shell', ['echo token=$TOKEN; exit 4', 'TOKEN=hunter2secret'], { retries: 0 }),
    ]
    const { stderr, stdout, exitCode } = await log.run(['workers', 'start', '--burst'])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
    const lines = stderr.trim().split('\n')
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info {3}|warning|error {2}) \S/)
    const has = (pattern: RegExp) => expect(stderr).toMatch(pattern)
    has(/info {4}j1 do\.says started$/m)
    has(/info {4}j1 \| said$/m)
    has(/info {4}j1 do\.says completed after \d+ms$/m)
    has(/warning j2 do\.fails attempt 1 failed after \d+ms, again in 1s: Error: boom \*{3}$/m)
    has(/info {4}j2 do\.fails started, attempt 2$/m)
    has(/error {3}j2 do\.fails attempt 2 failed after \d+ms, not tried again: Error: boom \*{3}$/m)
    has(/error {3}j3 .*exit 4.* failed after \d+ms, not tried again: CommandError: /m)
    has(/info {4}worker w1 has stopped$/m)
    expect(stderr).not.toContain('hunter2')
    expect(ids).toEqual(['j1', 'j2', 'j3'])
  })

  test('With --log json each line is an object: what happened, to which job, and how it ended.', async () => {
    const log = project()
    await enqueueJob(log, 'do.says')
    await enqueueJob(log, 'do.fails', [], { retries: 0 })
    const { stderr } = await log.run(['workers', 'start', '--burst', '--log', 'json'])
    const lines = parsed(stderr)
    for (const line of lines) {
      expect(line).toMatchObject({
        time: expect.stringMatching(/Z$/),
        level: expect.stringMatching(/^(info|warning|error)$/),
        event: expect.any(String),
        message: expect.any(String),
      })
    }
    const of = (event: string, job: string) => lines.find((line) => line.event === event && line.job === job)
    expect(of('job.started', 'j1')).toMatchObject({ task: 'do.says', attempt: 1, waitMs: expect.any(Number) })
    expect(of('task.output', 'j1')).toMatchObject({ output: 'said' })
    expect(of('job.ended', 'j1')).toMatchObject({ outcome: 'completed', durationMs: expect.any(Number), error: null })
    expect(of('job.ended', 'j2')).toMatchObject({
      level: 'error',
      outcome: 'failed',
      reason: 'error',
      retryAt: null,
      error: { name: 'Error', message: 'boom undefined' },
    })
  })

  test('What modules print while they load is in the log as what tasks print.', async () => {
    const log = cliProject({ 'tasks/loud.mjs': "console.log('loads')\nexport const loud = () => 1\n" })
    for (const command of [
      ['workers', 'start'],
      ['schedule', 'start'],
    ]) {
      const service = log.start([...command, '--log', 'json'])
      await service.says(/ready/)
      service.signal('SIGTERM')
      const { stderr } = await service.ended
      expect(parsed(stderr)[0], stderr).toMatchObject({ event: 'task.output', job: null, output: 'loads' })
    }
    const quiet = await log.run(['workers', 'start', '--burst', '--no-task-output'])
    expect(quiet.stderr).not.toContain('loads')
  })

  test('SIGUSR1 opens no debugger.', async () => {
    const log = project()
    const worker = log.start(['workers', 'start'])
    await worker.says(/is ready/)
    for (const pid of [worker.pid, ...log.processes().filter((pid) => pid !== worker.pid)]) process.kill(pid, 'SIGUSR1')
    expect(await outputOf(log, await enqueueJob(log, 'do.says'))).toBeDefined()
    worker.signal('SIGTERM')
    const { stderr, exitCode } = await worker.ended
    expect(exitCode).toBe(0)
    expect(stderr).not.toMatch(/debugger/i)
  })

  test('With --log none only an error that ends the worker is written; the variable says the same.', async () => {
    const log = project()
    await enqueueJob(log, 'do.says')
    expect(await log.run(['workers', 'start', '--burst', '--log', 'none'])).toEqual({
      stdout: '',
      stderr: '',
      exitCode: 0,
    })
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const taken = await log.run(['workers', 'start', '--log', 'none', '--http', String(port)])
    server.close()
    expect(taken.exitCode).not.toBe(0)
    expect(taken.stderr).toMatch(/^error: .*another program uses the port\n {2}.*\n$/)
    const env = { OFFSTAGE_LOG: 'none' }
    expect((await log.run(['workers', 'start', '--burst'], { env })).stderr).toBe('')
    const wrong = await log.run(['workers', 'start', '--burst'], { env: { OFFSTAGE_LOG: 'loud' } })
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('OFFSTAGE_LOG') })
  })

  test('With --no-task-output what tasks print is kept with the job, and not in the log.', async () => {
    const log = project()
    const id = await enqueueJob(log, 'do.says')
    const { stderr } = await log.run(['workers', 'start', '--burst', '--no-task-output'])
    expect(stderr).toContain('do.says completed')
    expect(stderr).not.toContain('| said')
    expect(await outputOf(log, id)).toMatchObject([{ text: 'said' }])
  })

  test('Where the journal of systemd reads, lines have its prefixes; where stderr was redirected since, they have not.', async () => {
    const log = project()
    await enqueueJob(log, 'do.says')
    const { stderr } = await log.shell(
      'exec 2> journal; JOURNAL_STREAM=$(stat -L -c %d:%i journal) offstage workers start --burst',
    )
    expect(stderr).toBe('')
    const lines = log.lines('journal')
    expect(lines).toContain('<6>j1 | said')
    for (const line of lines) expect(line).toMatch(/^<[346]>\S/)
    const other = await log.run(['workers', 'start', '--burst'], { env: { JOURNAL_STREAM: '1:2' } })
    expect(other.stderr).toMatch(/^\d{4}-/)
  })

  test('It tells of the jobs of a worker that died, of cancelled jobs, and of jobs that are handed back.', async () => {
    const log = project()
    const first = log.start(['workers', 'start'])
    await first.says(/is ready/)
    const id = await enqueueJob(log, 'do.waits')
    await first.says(/begun/)
    first.signal('SIGKILL')
    await first.ended
    const second = log.start(['workers', 'start', '--grace', '0s'])
    await second.says(/warning worker w1 died or stopped answering: took over j1$/m)
    await second.says(/j1 do\.waits started, attempt 2/)
    await log.run(['jobs', 'cancel', id, '--yes'])
    await second.says(/j1 do\.waits is asked to stop: it was cancelled/)
    await second.says(/j1 do\.waits cancelled after \S+, and abandoned: its code may still run/)
    await enqueueJob(log, 'do.waits')
    await second.says(/j2 do\.waits started/)
    second.signal('SIGTERM')
    const { exitCode, stderr } = await second.ended
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/info {4}worker w2 stops: 1 running job may finish within 0ms/)
    expect(stderr).toMatch(/info {4}j2 do\.waits handed back after \S+: it runs again, and counts no failure/)
  })

  test('A second signal says that it ends at once, and what becomes of the jobs.', async () => {
    const log = project()
    const worker = log.start(['workers', 'start'])
    await worker.says(/is ready/)
    await enqueueJob(log, 'do.waits')
    await worker.says(/begun/)
    worker.signal('SIGINT')
    await worker.says(/may finish within 30s; a second signal ends it at once/)
    worker.signal('SIGINT')
    await worker.says(/ends at once: 1 running job goes back to its queue/)
    expect((await worker.ended).exitCode).toBe(130)
  })

  test('A scheduler writes which slot fired, and as which job.', async () => {
    const log = project()
    await log.run(['schedule', 'do.noop', '--every', '1s'])
    const scheduler = log.start(['schedule', 'start', '--log', 'json'])
    await scheduler.says(/"event":"schedule\.slot"/)
    scheduler.signal('SIGTERM')
    const { stderr } = await scheduler.ended
    const slots = parsed(stderr).filter(({ event }) => event === 'schedule.slot')
    expect(slots[0]).toMatchObject({
      schedule: 'do.noop',
      outcome: 'fired',
      job: 'j1',
      slot: expect.stringMatching(/Z$/),
    })
  })
})

test('On a terminal lines are short, and of many jobs only a part is shown, with a count of the rest.', async () => {
  const log = project()
  await enqueueJobs(log, 'do.noop', 2_000, [])
  const terminal = new TmuxTerminal(log, 'offstage workers start')
  const screen = await terminal.shows(/\.\.\. [\d,]+ more jobs started, [\d,]+ ended in the last second/)
  expect(screen).toMatch(/^j\d+ do\.noop (started|completed)/m)
  expect(screen).not.toMatch(/^\d{4}-\d\d-/m)
  terminal.press('C-c')
  await terminal.shows(/exit code 0/)
})
