import { chmodSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { cliProject } from '../support/cli.js'
import { enqueueJob, finalJobs, jobOf } from '../support/store.js'

const project = cliProject({
  'tasks/say.sh': `#!/bin/sh
echo "argv: $*"
echo "stdin: $(cat)"
echo "job $OFFSTAGE_JOB_ID attempt $OFFSTAGE_ATTEMPT" >&2
echo "::progress 0.4 almost half"
echo '{"said":true}'
`,
  'tasks/nested/exits.py': `#!/usr/bin/env python3
import sys
print("no JSON")
print("to stderr", file=sys.stderr)
sys.exit(int(sys.argv[1]))
`,
  // Neither it nor what it starts heeds TERM, and one of its children has left its shell.
  'tasks/stubborn.sh': `#!/bin/bash
trap '' TERM
(trap '' TERM; while true; do sleep 1; done) &
bash -c "trap '' TERM; exec -a stubborn-grandchild sleep 300" &
echo begun
while true; do sleep 1; done
`,
  'tasks/heeds.sh': `#!/bin/bash
trap 'echo told; exit 3' TERM
echo begun
while true; do sleep 0.05; done
`,
  'tasks/plain': '#!/bin/sh\necho \'"plain"\'\n',
  'tasks/noisy.sh': `#!/bin/sh
sleep 987.\${OFFSTAGE_JOB_ID#j} &
while :; do echo tick; sleep 0.2; done
`,
  'tasks/nap.sh': `#!/bin/sh
echo b >> napping.txt; sleep 0.3; echo e >> napping.txt
`,
  'tasks/fn.mjs': `import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export const nap = async () => { appendFileSync('napping.txt', 'b\\n'); await setTimeout(300); appendFileSync('napping.txt', 'e\\n') }
`,
  'tasks/text.txt': 'no program',
  'tasks/unrunnable.sh': '#!/bin/sh\necho never',
  'tasks/shell.mjs': 'export default () => 1\n',
})

beforeAll(() => {
  for (const file of ['say.sh', 'nested/exits.py', 'stubborn.sh', 'heeds.sh', 'plain', 'noisy.sh', 'nap.sh'])
    chmodSync(project.path(`tasks/${file}`), 0o755)
})

/** Processes whose command line has this in it. */
const running = async (what: string) =>
  (await project.shell(`ps -eo args | grep -F -- '${what}' | grep -v grep || true`)).stdout

describe('programs as tasks', () => {
  test('are found by their run bit and their beginning; the name "shell" is taken.', async () => {
    const { stdout, exitCode } = await project.run(['tasks', '--json'])
    const { items, faults } = JSON.parse(stdout)
    expect(items.map(({ name }: { name: string }) => name)).toEqual([
      'fn.nap',
      'heeds',
      'nap',
      'nested.exits',
      'noisy',
      'plain',
      'say',
      'stubborn',
    ])
    expect(items[6]).toMatchObject({ file: expect.stringContaining('say.sh'), timeoutMs: null, maxRetries: 3 })
    expect(faults).toMatchObject([
      { message: expect.stringContaining('the task name "shell" is taken') },
      { message: expect.stringMatching(/unrunnable\.sh: is a program without its run bit: chmod \+x /) },
    ])
    expect(exitCode).toBe(1)
  })

  test('get arguments and environment, tell progress and a result.', async () => {
    const run = await project.run(['run', 'say', 'one', '2', 'name=Ada'])
    expect(run).toMatchObject({ exitCode: 0, stdout: '{"said":true}\n' })
    expect(run.stderr).toContain('argv: one 2 {"name":"Ada"}\n')
    expect(run.stderr).toContain('stdin: ["one",2,{"name":"Ada"}]\n')
    expect(run.stderr).toMatch(/job j\d+ attempt 1\n/)
    expect(run.stderr).toContain('40 % almost half\n')
    const [, id = ''] = /job (j\d+)/.exec(run.stderr) ?? []
    expect(await jobOf(project, id)).toMatchObject({
      state: 'completed',
      result: { said: true },
      progress: { fraction: 0.4, message: 'almost half' },
    })
    const logs = await project.run(['jobs', 'logs', id])
    expect(logs.stdout).not.toContain('::progress')
    expect(logs.stdout).toContain('{"said":true}')
  })

  test('their exit code says what becomes of the job: 0, 65 never again, others by the retry policy.', async () => {
    expect(await project.run(['run', 'nested.exits', '0'])).toMatchObject({ exitCode: 0, stdout: '' })
    const never = await project.json(['run', 'nested.exits', '65'])
    expect(never).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { message: 'the program of nested.exits ended with exit code 65' },
    })
    expect(never.error?.stack).toContain('to stderr')
    expect(await project.json(['run', 'nested.exits', '4', '--retries', '1'])).toMatchObject({
      state: 'failed',
      attempt: 2,
      failures: 2,
    })
  })

  test('exit code 75 asks to be tried again, without using up an attempt.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'later'])
    await worker.says(/is ready/)
    const id = await enqueueJob(project, 'nested.exits', [75], { queue: 'later', retries: 0 })
    await worker.says(new RegExp(`${id} nested.exits attempt 1 asked for later after .*, again in 1s`))
    expect(await jobOf(project, id)).toMatchObject({ state: 'scheduled', failures: 0 })
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('one that heeds TERM ends by the signal; one that traps it is killed with all that it started.', async () => {
    const heeds = await project.json(['run', 'heeds', '--timeout', '300ms', '--retries', '0'])
    expect(heeds).toMatchObject({ state: 'failed', reason: 'timeout', attempts: [{ endedBy: 'signal' }] })
    const stubborn = await project.json(['run', 'stubborn', '--timeout', '500ms', '--retries', '0'])
    expect(stubborn).toMatchObject({ state: 'failed', reason: 'timeout', attempts: [{ endedBy: 'killed' }] })
    expect(stubborn.attempts[0]?.usage?.peakBytes).toBeGreaterThan(500_000)
    expect(await running(project.path('tasks/stubborn.sh'))).toBe('')
    expect(await running('stubborn-grandchild')).toBe('')
  })

  test('when the worker is killed, whoever takes its jobs back ends its programs first.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'killed'])
    await worker.says(/is ready/)
    const id = await enqueueJob(project, 'stubborn', [], { queue: 'killed', timeout: false })
    await worker.says(/begun/)
    worker.signal('SIGKILL')
    await worker.ended
    expect(await running(project.path('tasks/stubborn.sh'))).not.toBe('')
    const next = project.start(['workers', 'start', '--queues', 'others'])
    await vi.waitFor(async () => expect(await running(project.path('tasks/stubborn.sh'))).toBe(''), 10_000)
    // First the programs, then the jobs.
    await vi.waitFor(async () => expect(await jobOf(project, id)).toMatchObject({ state: 'queued', losses: 1 }), 10_000)
    next.signal('SIGTERM')
    await next.ended
  })
})

describe('programs beside others', () => {
  test('What the system does not start fails its own job, and no worker.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'bad'])
    await worker.says(/is ready/)
    const on = { queue: 'bad', retries: 0 }
    const bad = [
      await enqueueJob(project, 'plain', ['a\u0000b'], on),
      await enqueueJob(project, 'plain', ['x'.repeat(200_000)], on),
      await enqueueJob(project, 'shell', ['y'.repeat(300), 'x'], on),
      await enqueueJob(project, 'shell', [project.path('tasks/say.sh/x'), 'y'], on),
    ]
    const good = await enqueueJob(project, 'plain', [], on)
    const jobs = await finalJobs(project, [...bad, good])
    expect(jobs.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'failed', 'completed'])
    expect(jobs.map(({ error }) => error?.message ?? '')).toEqual([
      expect.stringContaining('could not be started (ERR_INVALID_ARG_VALUE)'),
      expect.stringContaining('could not be started (E2BIG)'),
      expect.stringContaining('could not be started (ENAMETOOLONG)'),
      expect.stringContaining('could not be started (ENOTDIR)'),
      '',
    ])
    worker.signal('SIGTERM')
    expect((await worker.ended).exitCode).toBe(0)
  })

  test('What a program left in its group is ended, also where the program itself has gone with its worker.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'noisy'])
    await worker.says(/is ready/)
    const id = await enqueueJob(project, 'noisy', [], { queue: 'noisy' })
    const left = `sleep 987.${id.slice(1)}`
    await worker.says(/tick/)
    worker.signal('SIGKILL')
    await worker.ended
    await vi.waitFor(async () => expect(await running(project.path('tasks/noisy.sh'))).toBe(''), 10_000)
    expect(await running(left)).not.toBe('')
    const next = project.start(['workers', 'start', '--queues', 'others'])
    await vi.waitFor(async () => expect(await running(left)).toBe(''), 10_000)
    next.signal('SIGTERM')
    await next.ended
  })

  test('Programs and functions together are never more than the concurrency.', async () => {
    const worker = project.start(['workers', 'start', '--queues', 'naps', '--concurrency', '2'])
    await worker.says(/is ready/)
    const tasks = ['nap', 'fn.nap', 'nap', 'fn.nap', 'fn.nap', 'nap', 'nap', 'fn.nap']
    const ids = await Promise.all(tasks.map((task) => enqueueJob(project, task, [], { queue: 'naps' })))
    await finalJobs(project, ids)
    let atOnce = 0
    const most = Math.max(...project.lines('napping.txt').map((line) => (atOnce += line === 'b' ? 1 : -1)))
    expect(most).toBe(2)
    worker.signal('SIGTERM')
    await worker.ended
  })
})

describe('run -- COMMAND', () => {
  test('runs a program, or a line of shell; the job is of the task "shell".', async () => {
    expect(await project.run(['run', '--', 'printf', '%s\\n', 'a b', '7'])).toMatchObject({
      exitCode: 0,
      stdout: 'a b\n7\n',
    })
    expect(await project.run(['run', '--', 'echo one | tr a-z A-Z; exit 9'])).toMatchObject({
      exitCode: 1,
      stdout: 'ONE\n',
    })
    const job = JSON.parse((await project.run(['run', '--json', '--', 'echo', '--json'])).stdout)
    expect(job).toMatchObject({
      task: 'shell',
      args: ['echo', '--json'],
      timeoutMs: null,
      maxRetries: 0,
      state: 'completed',
    })
  })

  test('without a project too; a "--" behind a task name only ends the flags; nothing after it is a mistake.', async () => {
    expect(await project.run(['run', '--', 'echo', '"hi"'], { cwd: project.base })).toMatchObject({
      exitCode: 0,
      stdout: '"hi"\n',
    })
    expect((await project.run(['run', 'say', '--', '--flag'])).stderr).toContain('argv: --flag\n')
    expect(await project.run(['run', '--'])).toMatchObject({ exitCode: 2 })
    expect(await project.run(['run', '--', 'no-such-program-here', 'x'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('could not be started (ENOENT: no-such-program-here is in no folder of PATH)'),
    })
  })

  test('Ctrl-C cancels it, with all that it started.', async () => {
    const run = project.start(['run', '--', 'sh', '-c', 'echo begun >&2; sleep 301; true'])
    await run.says(/begun/)
    run.signal('SIGINT')
    expect((await run.ended).exitCode).toBe(130)
    expect(await running('sleep 301')).toBe('')
  })
})
