import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { jobOf } from '../support/store.js'

describe.concurrent('a command in the foreground', () => {
  test('has its own stdout and stderr, byte for byte; nothing of ours is on stdout.', async () => {
    const project = cliProject()
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7919) % 256))
    writeFileSync(project.path('binary'), bytes)
    const digest = createHash('sha256').update(bytes).digest('hex')
    const copied = await project.shell('offstage run -- cat binary | sha256sum')
    expect(copied.stdout).toBe(`${digest}  -\n`)
    const both = await project.run([
      'run',
      '--',
      "echo out; printf 'no end'; echo err >&2; printf '\\033[31mred\\033[0m\\r' >&2; echo 5",
    ])
    expect(both).toMatchObject({ stdout: 'out\nno end5\n', exitCode: 0 })
    expect(both.stderr).toContain('err\n\u001b[31mred\u001b[0m\r')
    expect((await project.run(['jobs', 'logs', 'j2'])).stdout).toContain('no end5')
  })

  test('with --json gives the job on stdout, and its own output on stderr.', async () => {
    const project = cliProject()
    const run = await project.run(['run', '--json', '--', 'echo out; echo 5'])
    expect(JSON.parse(run.stdout)).toMatchObject({ state: 'completed', result: 5 })
    expect(run.stderr).toContain('out\n5\n')
  })

  test('that fails says so once.', async () => {
    const project = cliProject()
    const run = await project.run(['run', '--', 'echo wrong >&2; exit 3'])
    expect(run).toMatchObject({
      stdout: '',
      exitCode: 1,
      stderr: 'wrong\nj1 failed: the command ended with exit code 3\n',
    })
  })

  test('arrives whole at a reader that is late, in its record too.', async () => {
    const project = cliProject()
    const read = await project.shell(`offstage run -- 'seq 1 30000; echo 7' | { sleep 1; tail -n 2; }`)
    expect(read.stdout).toBe('30000\n7\n')
    expect(await jobOf(project, 'j1')).toMatchObject({ state: 'completed', result: 7 })
    expect((await project.run(['jobs', 'logs', 'j1', '--json'])).stdout).toContain('"line": 30001')
  })

  test('goes on when its reader has gone.', async () => {
    const project = cliProject()
    const cut = await project.shell("offstage run -- 'seq 100000; echo end > end.txt' | head -n 1")
    expect(cut.stdout).toBe('1\n')
    expect(execFileSync('cat', [project.path('end.txt')], { encoding: 'utf8' })).toBe('end\n')
  })
})
