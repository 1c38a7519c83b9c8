import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli.js'
import { jobOf } from '../support/store.js'

const good = {
  'tasks/good.mjs': `import { setTimeout } from 'node:timers/promises'
export default () => 'good'
export const slow = async () => { console.log('begun'); await setTimeout(700); return 'slow' }
`,
}
const connects = `import { connect } from 'node:net'
connect(1, '127.0.0.1')
export const query = () => 1
`

describe.concurrent('a module whose error comes after its load', () => {
  test.each([
    [
      'a rejection that nobody waits for',
      `Promise.reject(new Error('floating'))\nexport default () => 1\n`,
      /tasks\/bad\.mjs:1: Error: floating/,
    ],
    ['a timer that throws', `setTimeout(() => { throw new TypeError('late') }, 0)\nexport default () => 1\n`, /late/],
    [
      'an interval that throws',
      `setInterval(() => { throw new Error('again') }, 5)\nexport default () => 1\n`,
      /again/,
    ],
    [
      'a timer that ends the process',
      `setTimeout(() => process.exit(3), 20)\nexport default () => 1\n`,
      /tasks\/bad\.mjs:1: Error: process\.exit\(3\) was called outside of any job/,
    ],
    ['a refused connection', connects, /ECONNREFUSED/],
  ])('leaves the other tasks alone: %s.', async (_, module, said) => {
    const project = cliProject({ ...good, 'tasks/bad.mjs': module })
    expect(await project.run(['run', 'good'])).toMatchObject({ stdout: 'good\n', exitCode: 0 })
    const detached = await project.run(['run', 'good.slow', '--detach'])
    expect(detached.exitCode, detached.stderr).toBe(0)
    const worker = project.start(['workers', 'start'])
    await worker.says(said)
    await worker.says(/begun/)
    for (let n = 0; n < 3; n++) await project.run(['run', 'good', '--wait'])
    worker.signal('SIGTERM')
    const { exitCode, stderr } = await worker.ended
    expect(exitCode).toBe(0)
    expect(await jobOf(project, detached.stdout.trim())).toMatchObject({ state: 'completed', failures: 0, losses: 0 })
    // Each task process tells it once, and none is replaced for it.
    expect(stderr.match(new RegExp(said, 'g'))?.length).toBeLessThanOrEqual(5)
    expect(stderr).not.toContain('the task process died')
  })

  test('without a place is not laid upon a module that loads meanwhile.', async () => {
    const project = cliProject({
      'tasks/aaa.mjs': connects,
      'tasks/zzz.mjs': `import { setTimeout } from 'node:timers/promises'\nawait setTimeout(200)\nexport default () => 1\n`,
    })
    const { stderr } = await project.run(['tasks'])
    expect(stderr).toMatch(
      /ECONNREFUSED.* \(of a task module; its stack names none, and it came while .*zzz\.mjs loaded\)/,
    )
  })

  test('is named by tasks where it comes within the listing.', async () => {
    const project = cliProject({
      ...good,
      'tasks/bad.ts': `interface A {}\nPromise.reject(new Error('floating'))\nexport default () => 1\n`,
    })
    const listed = await project.run(['tasks', '--json'])
    expect(listed.exitCode).toBe(1)
    const { items, faults } = JSON.parse(listed.stdout) as {
      items: { name: string }[]
      faults: { file: string; message: string }[]
    }
    expect(items.map(({ name }) => name)).toEqual(['bad', 'good', 'good.slow'])
    expect(faults).toMatchObject([
      { file: project.path('tasks/bad.ts'), message: expect.stringMatching(/bad\.ts:2: Error: floating/) },
    ])
  })

  test('that ends its process is started again after a pause that grows.', async () => {
    const project = cliProject({
      ...good,
      'tasks/bad.mjs': `import { appendFileSync } from 'node:fs'\nappendFileSync('starts.txt', 'x\\n')\nsetTimeout(() => process.abort(), 20)\nexport default () => 1\n`,
    })
    const worker = project.start(['workers', 'start', '--processes', '1'])
    await worker.says(/(the task process died[\s\S]*){4}/)
    const begun = performance.now()
    await worker.says(/(the task process died[\s\S]*){5}/)
    expect(performance.now() - begun).toBeGreaterThan(500)
    worker.signal('SIGTERM')
    await worker.ended
    expect(project.lines('starts.txt').length).toBeLessThan(10)
  })
})

test('A task process that dies before it loads a module is told with what it wrote; no module is blamed.', async () => {
  const project = cliProject({
    'tasks/note.mjs': 'export default () => 1',
    'die.cjs': `if (process.send) { console.error('libfoo.so: no such object'); process.exit(3) }`,
  })
  const env = { NODE_OPTIONS: `--require ${project.path('die.cjs')}` }
  for (const args of [['run', 'note'], ['tasks'], ['workers', 'start']]) {
    const { exitCode, stderr } = await project.run(args, { env })
    expect(stderr).toContain(
      'error: the task process ended before it loaded the task modules (exit code 3: libfoo.so: no such object)\n' +
        '  look at NODE_OPTIONS, at the memory, and at the limits on processes and files\n',
    )
    expect(exitCode).toBe(2)
  }
})
