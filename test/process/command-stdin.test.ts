import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import { cliProject, eventually } from '../support/cli.js'
import { jobOf } from '../support/store.js'

const tasks = { 'tasks/other.mjs': 'export default () => 1\n' }

// Writes a line, and the next one when the first is answered.
const talks = `import { spawn } from 'node:child_process'
const [file, ...args] = process.argv.slice(2)
const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
child.stdout.pipe(process.stdout)
child.stdin.write('one\\n')
child.stdout.once('data', () => child.stdin.end('two\\n'))
child.once('exit', (code) => { process.exitCode = code })
`

describe.concurrent('the stdin of a command in the foreground', () => {
  test.each([
    ['without retries', ''],
    ['with retries', '--retries 1'],
  ])('is passed on byte for byte, from a pipe and from a file, %s.', async (_, retries) => {
    const project = cliProject()
    const bytes = randomBytes(3_000_000)
    writeFileSync(project.path('bytes'), bytes)
    const digest = `${createHash('sha256').update(bytes).digest('hex')}  -\n`
    const piped = await project.shell(`cat bytes | offstage run ${retries} -- sha256sum`)
    expect(piped).toMatchObject({ stdout: digest, exitCode: 0 })
    expect((await project.shell(`offstage run ${retries} -- sha256sum < bytes`)).stdout).toBe(digest)
    expect((await project.shell(`echo by name | offstage run ${retries} -- cat /dev/stdin`)).stdout).toBe('by name\n')
    const quiet = await project.shell(`offstage run ${retries} -- cat < /dev/null; offstage run ${retries} -- cat <&-`)
    expect(quiet).toMatchObject({ stdout: '', exitCode: 0 })
  })

  test('is read by the command alone: what it leaves is for others.', async () => {
    const project = cliProject({ list: 'a\nb\nc\n' })
    const looped = await project.shell('while read x; do offstage run -- echo "got $x"; done < list')
    expect(looped.stdout).toBe('got a\ngot b\ngot c\n')
    const rest = await project.shell('{ read x; offstage run -- cat; } < list')
    expect(rest.stdout).toBe('b\nc\n')
  })

  test.each([
    ['without retries', ''],
    ['with retries', '--retries 1'],
  ])('arrives as it comes, and is read no faster than the command reads, %s.', async (_, retries) => {
    const project = cliProject({ 'talks.mjs': talks })
    const talk = await project.shell(`node talks.mjs offstage run ${retries} -- 'while read x; do echo "got $x"; done'`)
    expect(talk).toMatchObject({ stdout: 'got one\ngot two\n', exitCode: 0 })
    const endless = await project.shell(`yes | offstage run ${retries} -- head -n 1`)
    expect(endless).toMatchObject({ stdout: 'y\n', exitCode: 0 })
  })

  test('is read again from its start by each retry, also what the one before has left.', async () => {
    const project = cliProject()
    mkdirSync(project.path('tmp'))
    const run = await project.shell(
      `printf 'one\\ntwo\\n' | TMPDIR=$PWD/tmp offstage run --retries 2 -- 'read x; echo "$OFFSTAGE_ATTEMPT $x"; test $OFFSTAGE_ATTEMPT = 3 && cat'`,
    )
    expect(run).toMatchObject({ stdout: '1 one\n2 one\n3 one\ntwo\n', exitCode: 0 })
    expect(readdirSync(project.path('tmp'))).toEqual([])
  })

  test('that is a directory is an error, of the command as of a task.', async () => {
    const project = cliProject(tasks)
    for (const retries of ['', '--retries 0', '--retries 1 --timeout 10s'])
      expect((await project.shell(`offstage run ${retries} -- cat < /`)).exitCode).toBe(1)
    const data = await project.shell('offstage run other --data - < /')
    expect(data).toMatchObject({ exitCode: 2, stderr: 'error: stdin is a directory\n' })
  })

  test('that is still open does not keep the command from ending.', async () => {
    const project = cliProject()
    const run = await project.shell(
      `mkfifo open; sleep 60 > open & PID=$!; offstage run --retries 1 -- true < open; echo $?; kill $PID`,
    )
    expect(run.stdout).toBe('0\n')
  })

  test('needs no folder for temporary files: without retries, and with them where there is /dev/shm.', async () => {
    const project = cliProject()
    const env = { TMPDIR: project.path('missing') }
    expect(await project.shell('echo x | offstage run -- cat', { env })).toMatchObject({ stdout: 'x\n', exitCode: 0 })
    const kept = await project.shell('echo x | offstage run --retries 1 -- cat', { env })
    if (existsSync('/dev/shm')) expect(kept).toMatchObject({ stdout: 'x\n', exitCode: 0 })
    else
      expect(kept).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('stdin cannot be kept for retries') })
  })

  test('that cannot be kept any more fails the job, which never runs without the rest.', async () => {
    const project = cliProject()
    const run = await project.shell(
      `ulimit -f 200; (head -c 50000 /dev/zero; sleep 0.3; head -c 5000000 /dev/zero) |
       offstage run --store memory: --json --retries 3 -- 'wc -c > /dev/null'`,
    )
    expect(run.exitCode).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({
      state: 'failed',
      attempt: 1,
      error: { message: expect.stringMatching(/stdin of the command cannot be read and kept for its retries: EFBIG/) },
    })
  })

  test('goes with the process: the job fails as lost, and no worker runs it.', async () => {
    const project = cliProject(tasks)
    for (const [n, retries] of ['0', '3'].entries()) {
      const run = project.start(['run', '--retries', retries, '--', 'echo begun >&2; cat >> seen.txt; sleep 60'], {
        input: 'text\n',
      })
      await run.says(/begun/)
      await eventually(() => expect(project.lines('seen.txt')).toHaveLength(n + 1))
      run.signal('SIGKILL')
      await run.ended
    }
    const worker = await project.run(['workers', 'start', '--burst'])
    expect(worker.exitCode).toBe(0)
    for (const id of ['j1', 'j2']) {
      expect(await jobOf(project, id)).toMatchObject({
        state: 'failed',
        reason: 'lost',
        attempt: 1,
        error: { name: 'WorkerLost', message: expect.stringContaining('the input of the job with it') },
      })
    }
    expect(project.lines('seen.txt')).toHaveLength(2)
    expect((await project.run(['status', 'j1'])).stdout).toContain('lost: WorkerLost: worker w1 ended')
  })

  test('that is /dev/null goes with nobody: a worker runs the job again.', async () => {
    const project = cliProject(tasks)
    const run = project.start(['run', '--', 'echo begun >&2; test $OFFSTAGE_ATTEMPT = 2 || sleep 60'])
    await run.says(/begun/)
    run.signal('SIGKILL')
    await run.ended
    expect((await project.run(['workers', 'start', '--burst'])).exitCode).toBe(0)
    expect(await jobOf(project, 'j1')).toMatchObject({ state: 'completed', losses: 1 })
  })

  test('is not read by --detach and --wait.', async () => {
    const project = cliProject()
    const run = await project.shell('{ offstage run --detach -- cat; cat; } <<END\nleft\nEND')
    expect(run.stdout).toBe('j1\nleft\n')
  })
})

test.concurrent('The error of a command or a program has its exit code and its signal.', async () => {
  const project = cliProject()
  const errorOf = async (command: string) =>
    (JSON.parse((await project.run(['run', '--json', '--', command])).stdout) as JobJson).error
  expect(await errorOf('exit 7')).toMatchObject({ name: 'CommandError', exitCode: 7, signal: null })
  expect(await errorOf('kill -KILL $$')).toMatchObject({ name: 'CommandError', exitCode: null, signal: 'SIGKILL' })
  const [attempt] = (await jobOf(project, 'j1')).attempts
  expect(attempt?.error).toMatchObject({ exitCode: 7, signal: null })
})
