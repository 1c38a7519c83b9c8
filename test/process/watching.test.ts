import { existsSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { enqueueJob, finalJobs, jobOf } from '../support/store.js'

const project = cliProject({
  'lib/version.mjs': `export const version = 1\n`,
  'tasks/code.mjs': `import { existsSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { version } from '../lib/version.mjs'
export const tell = () => version
export async function until(file) {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(5)
  return version
}
`,
})

test('workers start --watch: new jobs run changed code, what runs goes on with the old; what cannot be loaded is left out.', async () => {
  const worker = project.start(['workers', 'start', '--watch', '--processes', '1'])
  await worker.says(/is ready/)
  await worker.says(/watches/)
  const old = await enqueueJob(project, 'code.until', ['go'])
  await worker.says(/begun/)
  project.write('lib/version.mjs', 'export const version = 2\n')
  await worker.says(/the code has changed: jobs that begin now run the new one/)
  const [told] = await finalJobs(project, [await enqueueJob(project, 'code.tell')])
  expect(told).toMatchObject({ state: 'completed', result: 2 })
  project.write('tasks/more.mjs', 'export const more = (\n')
  await worker.says(/faulty module: .*more\.mjs/)
  await worker.says(/jobs go on with the old one/)
  const [again] = await finalJobs(project, [await enqueueJob(project, 'code.tell')])
  expect(again).toMatchObject({ state: 'completed', result: 2 })
  project.write('tasks/more.mjs', 'export const more = () => "more"\n')
  await worker.says(/new one[\s\S]*the code has changed: jobs that begin now run the new one/)
  const [more] = await finalJobs(project, [await enqueueJob(project, 'more.more')])
  expect(more).toMatchObject({ state: 'completed', result: 'more' })
  project.write('go', '')
  const [first] = await finalJobs(project, [old])
  expect(first).toMatchObject({ state: 'completed', result: 1, attempt: 1, losses: 0 })
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})

/** A worker that watches a project, to which a module is added that runs `endless` at its top level, once that has begun. */
async function loadingForEver(endless: string) {
  const project = cliProject({ 'tasks/a.mjs': 'export const version = () => 1\n' })
  const worker = project.start(['workers', 'start', '--watch'])
  await worker.says(/watches the code for changes/)
  const begun = () => eventually(() => expect(existsSync(project.path('begun.txt'))).toBe(true))
  project.write(
    'tasks/endless.mjs',
    `import { writeFileSync } from 'node:fs'\nwriteFileSync('begun.txt', '')\n${endless}\n`,
  )
  await begun()
  return { project, worker, begun }
}

test.each(['while (true) {}', 'await new Promise((resolve) => setTimeout(resolve, 1e9))'])(
  'A worker that watches ends at its first signal also while changes wait for a module that never finishes loading: %s',
  async (endless) => {
    const { project, worker, begun } = await loadingForEver(endless)
    rmSync(project.path('begun.txt'))
    project.write('tasks/b.mjs', 'export default () => "b"\n')
    await begun()
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ exitCode: 0 })
    await eventually(() => expect(project.processes()).toEqual([]))
  },
)

test('workers start --watch: a newer change ends the load of an older one that never finishes.', async () => {
  const { project, worker } = await loadingForEver('await new Promise((resolve) => setTimeout(resolve, 1e9))')
  await worker.says(/the code has changed: it still loads, and jobs go on with the old one/)
  rmSync(project.path('tasks/endless.mjs'))
  project.write('tasks/a.mjs', 'export const version = () => 2\n')
  await worker.says(/the code has changed: jobs that begin now run the new one/)
  const [job] = await finalJobs(project, [await enqueueJob(project, 'a.version')])
  expect(job).toMatchObject({ state: 'completed', result: 2 })
  worker.signal('SIGTERM')
  const ended = await worker.ended
  expect(ended.exitCode).toBe(0)
  expect(ended.stderr).not.toMatch(/cannot be loaded/)
})

test('A job with a process of its own waits if its module cannot be loaded any more; others run, and it runs once the module is mended.', async () => {
  const project = cliProject({
    'tasks/a.mjs': `import { task } from 'offstage'\nexport const iso = task({ isolation: 'own' }, async () => 'done')\n`,
    'tasks/b.mjs': 'export const other = () => "other"\n',
  })
  const worker = project.start(['workers', 'start', '--concurrency', '1', '--watch'])
  await worker.says(/watches the code for changes/)
  project.write('tasks/a.mjs', 'throw new Error("broken")\n')
  await worker.says(/jobs go on with the old one/)
  const iso = await enqueueJob(project, 'a.iso')
  await worker.says(/a\.iso cannot be run now: .*broken/)
  const [other] = await finalJobs(project, [await enqueueJob(project, 'b.other')])
  expect(other).toMatchObject({ state: 'completed', result: 'other' })
  expect(await jobOf(project, iso)).toMatchObject({ state: 'queued', attempts: [] })
  project.write(
    'tasks/a.mjs',
    `import { task } from 'offstage'\nexport const iso = task({ isolation: 'own' }, async () => 'mended')\n`,
  )
  const [job] = await finalJobs(project, [iso])
  expect(job).toMatchObject({ state: 'completed', result: 'mended' })
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})
