import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliProject, type RunningCli } from '../support/cli.js'
import { enqueueJob, enqueueJobs, finalJobs, outputOf } from '../support/store.js'

const project = cliProject({
  'tasks/print.mjs': `import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob, task } from 'offstage'
export async function many(n) {
  const { id, log } = currentJob()
  for (let line = 0; line < 20; line++) {
    const write = [console.log, console.error, log, (text) => process.stdout.write(text + '\\n')][line % 4]
    write(id + ' ' + line)
    if (line % 3 === 0) await setTimeout(Math.random() * 5)
    else await null
    if (line % 5 === 0) globalThis.setTimeout(() => {}, 1)
  }
  globalThis.setTimeout(() => console.log('after the end of ' + id), 30)
}
export const flood = async () => { for (let line = 1; line <= 40_000; line++) { console.log(line + ' ' + 'z'.repeat(94)); if (line % 1000 === 0) await setTimeout(0) } }
export const twice = task({ retry: { maxRetries: 1, initialDelay: 1 } }, () => {
  console.log('attempt', currentJob().attempt)
  if (currentJob().attempt === 1) throw new Error('again')
})
export async function until(file) {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(5)
  process.stdout.write('seen, and no line end')
}
export const hostile = () => { console.log('\\x1b[2J\\x1b]52;c;aGk=\\x07 red: \\x1b[31mred \\u202e\\r over') }
export const secret = ({ password }) => { console.log('the password is ' + password); process.stdout.write('hun'); process.stdout.write('ter22\\n') }
export const key = ({ secret }) => { console.log('key:\\n' + secret); globalThis.setTimeout(() => console.log('late ' + secret.split('\\n')[1]), 50) }
export const lines = () => { process.stdout.write('\\n'.repeat(2_000_000)) }
export const child = () => { spawnSync('sh', ['-c', 'echo from a child'], { stdio: 'inherit' }) }
`,
})

let worker: RunningCli
beforeAll(async () => {
  worker = project.start(['workers', 'start', '--concurrency', '100', '--processes', '2'])
  await worker.says(/is ready/)
})
afterAll(async () => {
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})

interface Logs {
  readonly attempt: number
  readonly items: readonly {
    readonly line: number
    readonly at: string
    readonly stream: string
    readonly text: string
  }[]
}
const linesOf = (id: string) => outputOf(project, id)
const logsOf = async (id: string, ...flags: string[]) => project.json<Logs>(['jobs', 'logs', id, ...flags])

describe('what jobs print', () => {
  test('of 100 jobs at once, each line is in the log of the job that printed it, in order, and nowhere else.', async () => {
    const ids = await enqueueJobs(project, 'print.many', 100, [0])
    await finalJobs(project, ids)
    const logs = await Promise.all(ids.map((id) => linesOf(id)))
    logs.forEach((lines, index) => {
      const id = ids[index]
      for (const stream of ['stdout', 'stderr']) {
        const expected = Array.from({ length: 20 }, (_, line) => `${id} ${line}`).filter(
          (_, line) => (line % 4 === 1) === (stream === 'stderr'),
        )
        expect(lines.filter((line) => line.stream === stream).map(({ text }) => text)).toEqual(expected)
      }
    })
  })

  test('too much of it is cut in the middle, which is said.', async () => {
    const id = await enqueueJob(project, 'print.flood')
    await finalJobs(project, [id])
    const { items } = await logsOf(id)
    expect(items[0]?.text).toMatch(/^1 z/)
    expect(items.at(-1)?.text).toMatch(/^40000 z/)
    const bytes = items.reduce((sum, { text }) => sum + text.length + 1, 0)
    expect(bytes).toBeGreaterThan(1_000_000)
    expect(bytes).toBeLessThanOrEqual(1024 * 1024)
    expect((await project.run(['jobs', 'logs', id])).stderr).toMatch(/^\(\d+ lines were too many, and are cut\)\n$/)
  })

  test('is kept for each attempt.', async () => {
    const id = await enqueueJob(project, 'print.twice', [], { retries: 1 })
    await finalJobs(project, [id])
    expect((await project.run(['jobs', 'logs', id])).stdout).toBe('attempt 2\n')
    expect((await project.run(['jobs', 'logs', id, '--attempt', '1'])).stdout).toBe('attempt 1\n')
    expect((await project.run(['jobs', 'logs', id, '--attempt', '3'])).stdout).toBe('')
    expect(await project.run(['jobs', 'logs', 'j99999'])).toMatchObject({ exitCode: 5, stdout: '' })
  })

  test('can be followed from another process while it runs, to its end.', async () => {
    const id = await enqueueJob(project, 'print.until', ['go'])
    const follower = project.shell(`offstage jobs logs ${id} -f | while read -r line; do echo "$line"; touch go; done`)
    const { exitCode, stdout } = await follower
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'begun\nseen, and no line end\n' })
  })

  test('cannot drive the terminal of whoever looks.', async () => {
    const id = await enqueueJob(project, 'print.hostile')
    await finalJobs(project, [id])
    const { stdout } = await project.run(['jobs', 'logs', id])
    expect(stdout).toBe('\\x1b[2J\\x1b]52;c;aGk=\\x07 red: \u001b[31mred \\u202e\u001b[0m\n over\n')
    expect(JSON.stringify((await logsOf(id)).items)).toContain('[2J')
  })

  test('has no secrets in it, neither kept nor on the terminal of the worker.', async () => {
    const id = await enqueueJob(project, 'print.secret', [{ password: 'hunter22' }])
    await finalJobs(project, [id])
    expect((await project.run(['jobs', 'logs', id])).stdout).toBe('the password is ***\n***\n')
    await worker.says(new RegExp(`${id} \\| the password is \\*\\*\\*`))
  })

  test('has no line of a secret of several lines in it; what is printed after the end is masked where it is shown.', async () => {
    const id = await enqueueJob(project, 'print.key', [{ secret: 'first-of-it\nsecond-of-it' }])
    await finalJobs(project, [id])
    expect((await project.run(['jobs', 'logs', id])).stdout).toBe('key:\n***\n***\n')
    await worker.says(new RegExp(`${id} \\| late \\*\\*\\*`))
  })

  test('of two million empty lines at once does not hold up the worker.', async () => {
    const id = await enqueueJob(project, 'print.lines')
    const beside = await enqueueJob(project, 'print.twice', [], { retries: 1 })
    const [lines, twice] = await finalJobs(project, [id, beside])
    expect([lines?.state, twice?.state]).toEqual(['completed', 'completed'])
    expect((await outputOf(project, id)).length).toBeLessThanOrEqual(150_000)
  })

  test("is the job's also where a child of it prints, while the job is alone.", async () => {
    const id = await enqueueJob(project, 'print.child')
    await finalJobs(project, [id])
    expect((await project.run(['jobs', 'logs', id])).stdout).toBe('from a child\n')
  })
})
