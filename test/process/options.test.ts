import { describe, expect, test } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import { cliProject } from '../support/cli.js'
import { enqueueJob, jobOf, jobsOf } from '../support/store.js'

const project = cliProject({
  'tasks/note.mjs': `import { appendFileSync } from 'node:fs'
import { currentJob, task } from 'offstage'
export function write(word) { appendFileSync('notes.txt', word + '\\n'); return word }
export const flaky = task({ retry: { initialDelay: 1 } }, () => {
  if (currentJob().attempt < 3) throw new Error('not yet')
  return 'third time'
})
`,
})
const detached = (...flags: string[]) =>
  project.json<JobJson & { duplicate?: boolean }>(['run', 'note.write', 'x', '--queue', 'later', '--detach', ...flags])
// A delay counts from when the command began.
const delayHours = (job: JobJson) => Math.round((Date.parse(job.dueAt) - Date.parse(job.createdAt)) / 3_600_000)

describe.concurrent('run', () => {
  test.each([
    [['--timeout', '0'], '--timeout: 0 leaves no time to run', 'write none for no limit'],
    [['--timeout', 'never'], '--timeout: "never" is not a duration', expect.any(String)],
    [['--delay=-1s'], '--delay: "-1s" is not a duration', expect.any(String)],
    [['--expires', '0'], '--expires: 0 leaves no time to begin', 'leave it out for no limit'],
    [['--expires', '1x'], '--expires: "1x" is not a duration', expect.any(String)],
    [['--priority', '101'], '--priority: 101 is not a whole number from -100 to 100', null],
    [['--retries', '-1'], expect.stringMatching(/^--retries: -1 /), null],
    [['--key='], '--key needs a value', 'the one given is empty'],
    [['--key', 'k'.repeat(513)], '--key is not a text of 1 to 512 characters', null],
  ])('%j is refused by the name of its flag.', async (flags, message, hint) => {
    const refused = await project.run(['run', 'note.write', 'x', '--json', ...flags])
    expect([JSON.parse(refused.stdout), refused.exitCode]).toEqual([
      { error: { code: expect.any(String), message, hint } },
      2,
    ])
  })

  test('The options of a job are stored with it; --delay and --at imply --detach.', async () => {
    const [plain, full, delayed, at, never] = await Promise.all([
      detached(),
      detached('--priority', '-7', '--retries', '0', '--timeout', '90s', '--key', 'full', '--delay', '2h'),
      project.json(['run', 'note.write', 'x', '--delay', '1d', '-q', 'other']),
      project.json(['run', 'note.write', 'x', '--at', '2099-01-01T00:00:00+01:00']),
      detached('--timeout', 'none', '--at', '23:59'),
    ])
    expect(plain).toMatchObject({
      state: 'queued',
      queue: 'later',
      priority: 0,
      maxRetries: 3,
      timeoutMs: 900_000,
      key: null,
    })
    expect(full).toMatchObject({ state: 'scheduled', priority: -7, maxRetries: 0, timeoutMs: 90_000, key: 'full' })
    expect(delayHours(full)).toBe(2)
    expect(delayed).toMatchObject({ state: 'scheduled', queue: 'other' })
    expect(delayHours(delayed)).toBe(24)
    expect(at.dueAt).toBe('2098-12-31T23:00:00.000Z')
    expect(never).toMatchObject({ timeoutMs: null, dueAt: expect.stringMatching(/T23:59:00\.000Z$/) })
  })

  test('With a key that is held, --wait follows the older job and ends as it does.', async () => {
    const project = cliProject({
      'tasks/slow.mjs': `import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export async function read(word) { while (!existsSync('go')) await setTimeout(20); return word }
export function fail() { throw new Error('no') }
`,
    })
    await project.run(['run', 'slow.read', 'older', '--detach', '--key', 'k'])
    const waiting = project.start(['run', 'slow.read', 'newer', '--wait', '--key', 'k'])
    await waiting.says(/nothing was added: j1 has the key k/)
    const worker = project.start(['workers', 'start', '--burst'])
    project.write('go', '')
    expect(await waiting.ended).toMatchObject({ stdout: 'older\n', exitCode: 0 })
    await worker.ended
    await project.run(['run', 'slow.fail', '--detach', '--retries', '0', '--key', 'f'])
    const failing = project.start(['run', 'slow.read', '--wait', '--key', 'f', '--json'])
    await failing.says(/nothing was added/)
    await project.run(['workers', 'start', '--burst'])
    const { stdout, exitCode } = await failing.ended
    expect([JSON.parse(stdout), exitCode]).toMatchObject([{ id: 'j2', state: 'failed', duplicate: true }, 1])
  })

  test('While a key is held, skip answers the older job, replace puts the new one in its place, error is exit code 1.', async () => {
    const first = await detached('--key', 'k')
    const [again, refused] = await Promise.all([
      detached('--key', 'k'),
      project.run(['run', 'note.write', 'y', '--detach', '--key', 'k', '--on-conflict', 'error', '--json']),
    ])
    expect(first.duplicate).toBeUndefined()
    expect(again).toMatchObject({ id: first.id, duplicate: true })
    expect(refused.exitCode).toBe(1)
    expect(JSON.parse(refused.stdout)).toEqual({
      error: { code: 'E_KEY_TAKEN', message: `the key k is held by ${first.id}`, hint: expect.any(String) },
    })

    const foreground = await project.run(['run', 'note.write', 'never', '--key', 'k'])
    const said = `nothing was added: ${first.id} has the key k\n`
    expect(foreground).toEqual({ stdout: `${first.id}\n`, stderr: said, exitCode: 0 })
    const replaced = await detached('--key', 'k', '--on-conflict', 'replace')
    const now = await jobsOf(project)
    expect(now.filter(({ key, state }) => key === 'k' && state === 'queued').map(({ id }) => id)).toEqual([replaced.id])
  })

  test('With --key-for the key is held after the end too; it takes a key and a duration.', async () => {
    const project = cliProject({ 'tasks/note.mjs': 'export const write = () => {}\n' })
    const first = await project.run(['run', 'note.write', 'held', '--key', 'held', '--key-for', '1h'])
    expect([first.exitCode, first.stderr]).toEqual([0, ''])
    const second = await project.run(['run', 'note.write', 'never', '--key', 'held'])
    expect(second).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^nothing was added: j\d+ has the key held\n$/),
    })
    const refused = await Promise.all(
      [
        ['--key-for', '1h'],
        ['--key', 'k', '--key-for', 'long'],
      ].map((flags) => project.run(['run', 'note.write', 'x', ...flags])),
    )
    expect(refused.map(({ exitCode }) => exitCode)).toEqual([2, 2])
    expect(refused[1]?.stderr).toMatch(/^error: --key-for: "long" is not a duration/)
  })

  test('A job with two failures to come waits for its retries and exits 0.', async () => {
    const run = await project.run(['run', 'note.flaky'])
    expect(run).toMatchObject({ stdout: 'third time\n', exitCode: 0 })
    expect(run.stderr.match(/not yet/g)).toHaveLength(2)
  })
})

test('Workers take the higher priority first, then who came first, and fail what has expired.', async () => {
  const enqueue = (word: string, options = {}) =>
    enqueueJob(project, 'note.write', [word], { queue: 'sorted', ...options })
  for (const word of ['c', 'd']) await enqueue(word)
  for (const word of ['a', 'b']) await enqueue(word, { priority: 10 })
  await enqueue('e', { priority: -10 })
  const expiring = await enqueue('too late', { expires: 1, priority: 100 })
  const worker = await project.run(['workers', 'start', '--burst', '--queues', 'sorted', '--concurrency', '1'])
  expect(worker.exitCode).toBe(0)
  expect(project.lines('notes.txt')).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(await jobOf(project, expiring)).toMatchObject({
    state: 'failed',
    reason: 'expired',
    attempt: 0,
    attempts: [],
  })
})
