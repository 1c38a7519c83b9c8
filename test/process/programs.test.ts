import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CliProject, cliProject } from '../support/cli.js'
import { jobOf, jobsOf } from '../support/store.js'

function program(project: CliProject, name: string, lines: string): void {
  chmodSync(project.write(`tasks/${name}`, `#!/bin/sh\n${lines}\n`), 0o755)
}

describe.concurrent('programs', () => {
  test('open their input and output by name, and read what they were given.', async () => {
    const project = cliProject()
    program(
      project,
      'named.sh',
      'cat /dev/stdin > given.json\necho out > /dev/stdout\necho err > /dev/stderr\necho both | tee /dev/stderr\nexec 3>/dev/fd/1\necho third >&3\necho 7',
    )
    const run = await project.run(['run', 'named', 'a', 'n:=1', '--json'])
    expect(run.exitCode, run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ state: 'completed', result: 7 })
    expect(JSON.parse(project.read('given.json'))).toEqual(['a', { n: 1 }])
    for (const text of ['out', 'err', 'both', 'third']) expect(run.stderr).toContain(`${text}\n`)
  })

  test('run where no temporary files can be made, with their input and output.', async () => {
    const project = cliProject()
    program(project, 'copy.sh', 'cat')
    const run = await project.run(['run', 'copy', '1', '2'], { env: { TMPDIR: project.path('missing') } })
    expect(run).toMatchObject({ stdout: '[1,2]\n', exitCode: 0 })
  })

  test('are given real pipes, many at a time, and leave no descriptor behind.', async () => {
    const project = cliProject()
    program(
      project,
      'fds.sh',
      'kind() { stat -L -c %F /proc/$$/fd/$1; }; echo "[\\"$(kind 1), $(kind 2)\\", $(ls /proc/$PPID/fd | wc -l)]"',
    )
    const lines = Array.from({ length: 120 }, (_, n) => `${n}\n`).join('')
    project.write('lines.jsonl', lines)
    const run = await project.run(['run', 'fds', '--each', 'lines.jsonl', '--json'])
    expect(run.exitCode, run.stderr).toBe(0)
    const results = (JSON.parse(run.stdout) as { items: { result: [string, number] }[] }).items.map(
      ({ result }) => result,
    )
    expect(new Set(results.map(([kinds]) => kinds))).toEqual(new Set(['fifo, fifo']))
    const open = results.map(([, count]) => count)
    // Some are always ready for the next ones.
    expect(Math.max(...open.slice(-10))).toBeLessThanOrEqual(Math.max(...open.slice(0, 20)) + 30)
  })

  test.each([
    ['programs', 1, '--retries 0 p --each lines.jsonl'],
    ['commands', 30, '-- sh -c "sleep 1; echo 1"'],
  ])(
    'that cannot be started for want of descriptors go back without a failure, and all run in the end: %s',
    async (_, times, command) => {
      const project = cliProject()
      program(project, 'p.sh', 'sleep 1; echo 1') // so that they overlap however slowly they start
      project.write('lines.jsonl', '0\n'.repeat(40))
      const script = `for n in $(seq ${times}); do offstage run --detach ${command} || exit 1; done`
      expect((await project.shell(script)).exitCode).toBe(0)
      const worker = await project.shell('ulimit -n 64; offstage workers start --burst --concurrency 40')
      expect(worker.exitCode, worker.stderr).toBe(0)
      const jobs = await jobsOf(project)
      expect(jobs.length).toBeGreaterThanOrEqual(30)
      for (const job of jobs) expect(job).toMatchObject({ state: 'completed', result: 1, failures: 0, losses: 0 })
      expect(jobs.some(({ attempt }) => attempt > 1)).toBe(true)
      expect(worker.stderr).toMatch(/could not be started \(EMFILE\): the job goes back to its queue/)
    },
  )

  test('with a result over the limit fail without a retry and say so; a text of that length is no result.', async () => {
    const project = cliProject()
    const times = (count: number, start: string, end: string) =>
      `printf '${start}'; head -c ${count} /dev/zero | tr '\\0' x; echo '${end}'`
    program(project, 'large.sh', times(1_200_000, '"', '"'))
    program(project, 'huge.sh', times(5_000_000, '["', '"]'))
    program(project, 'text.sh', times(5_000_000, 'x', ''))
    program(project, 'after.sh', `${times(5_000_000, '["', '"]')}; echo 5`)
    const jobs = await Promise.all(['large', 'huge', 'text', 'after'].map((task) => project.json(['run', task])))
    expect(jobs.slice(0, 2)).toMatchObject([
      {
        state: 'failed',
        attempt: 1,
        error: { message: expect.stringMatching(/^the result .*limit of 1048576 bytes$/) },
      },
      { state: 'failed', attempt: 1, error: { message: 'the result is over the limit of 1048576 bytes' } },
    ])
    expect(jobs.slice(2)).toMatchObject([
      { state: 'completed', result: null },
      { state: 'completed', result: 5 },
    ])
  })

  test('that exit with 75 wait longer each time and use up no retry; of a command 75 and 65 mean nothing.', async () => {
    const project = cliProject()
    program(project, 'later.sh', 'test "$OFFSTAGE_ATTEMPT" -gt 2 && echo 3 || exit 75')
    const started = performance.now()
    const run = await project.run(['run', 'later', '--retries', '0'])
    expect(run).toMatchObject({ stdout: '3\n', exitCode: 0 })
    expect(performance.now() - started).toBeGreaterThan(3_000)
    expect(run.stderr).toMatch(/again in 1s\n[\s\S]*again in 2s\n/)
    expect(await jobOf(project, 'j1')).toMatchObject({ failures: 0, attempt: 3 })
    const command = JSON.parse((await project.run(['run', '--json', '--', 'exit 75'])).stdout)
    expect(command).toMatchObject({ state: 'failed', reason: 'error', failures: 1, attempt: 1 })
    const data = JSON.parse((await project.run(['run', '--json', '--retries', '1', '--', 'exit 65'])).stdout)
    expect(data).toMatchObject({ state: 'failed', failures: 2, attempt: 2 })
  })
})
