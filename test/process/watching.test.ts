import { existsSync, renameSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliProject, eventually } from '../support/cli.js'
import { canLimit } from '../support/doctor.js'
import { enqueueJob, finalJobs, jobOf, jobsOf } from '../support/store.js'
import { isOnRedis } from '../support/tested-store.js'

const untilFile = `import { existsSync, renameSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { version } from '../lib/version.mjs'
export const tell = () => version
export async function until(file) {
  console.log('begun')
  while (!existsSync(file)) await setTimeout(5)
  return version
}
`

const project = cliProject({
  'lib/version.mjs': `export const version = 1\n`,
  'tasks/code.mjs': untilFile,
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

test('workers start --watch: a config that is saved counts. Its schedules come at once; for other settings the worker starts again.', async () => {
  const project = cliProject({
    'tasks/a.mjs': 'export const fails = () => { throw new Error("no") }\nexport const ok = () => 1\n',
    'tell.sh': 'cat >> told.txt\n',
    'offstage.config.json': '{}',
  })
  const worker = project.start(['workers', 'start', '--watch'])
  await worker.says(/watches/)
  const nightly = { task: 'a.ok', cron: '0 2 * * *', tz: 'UTC' }
  project.write('offstage.config.json', JSON.stringify({ schedules: { nightly } }))
  await worker.says(/nightly/)
  expect((await project.json<{ items: object[] }>(['schedule', 'list'])).items).toMatchObject([{ name: 'nightly' }])

  project.write('offstage.config.json', '{ "schedules": { }, "notfy": {} }')
  await worker.says(/the config cannot be used, and the worker goes on with what it had: .*notfy/)

  const notify = { onFailed: { command: ['sh', 'tell.sh'] } }
  project.write('offstage.config.json', JSON.stringify({ schedules: { nightly }, notify, redact: ['pin'] }))
  await worker.says(/the config has changed \(redact, notify\): the worker starts again with it/)
  await worker.says(/worker w2 is ready[\s\S]*watches/)
  const failed = await enqueueJob(project, 'a.fails', [], { retries: 0 })
  await eventually(() => expect(project.read('told.txt')).toContain(`"id":"${failed}"`))
  worker.signal('SIGTERM')
  expect(await worker.ended).toMatchObject({ exitCode: 0 })
  expect((await project.json<{ items: object[] }>(['workers', 'list'])).items).toEqual([])
})

test('workers start --watch: where a flag names the store, that of the config is none of its business.', async () => {
  const project = cliProject({
    'tasks/a.mjs': 'export const ok = () => 1\n',
    'offstage.config.json': '{ "store": "memory:" }',
  })
  const worker = project.start(['workers', 'start', '--watch', '--store', 'sqlite:x.db'])
  await worker.says(/watches/)
  const schedules = { nightly: { task: 'a.ok', cron: '0 2 * * *' } }
  project.write('offstage.config.json', JSON.stringify({ store: 'jobs.db', schedules }))
  await worker.says(/schedule \+ nightly/)
  worker.signal('SIGTERM')
  const { exitCode, stderr } = await worker.ended
  expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/cannot be used|starts again/)])
})

test('workers start --watch: a job that runs while the config changes ends in the old worker.', async () => {
  const project = cliProject({
    'lib/version.mjs': 'export const version = 1\n',
    'tasks/code.mjs': untilFile,
    'offstage.config.json': '{}',
  })
  const worker = project.start(['workers', 'start', '--watch'])
  await worker.says(/watches/)
  const job = await enqueueJob(project, 'code.until', ['go'])
  await worker.says(/begun/)
  project.write('offstage.config.json', '{ "tasks": "no-such-folder" }')
  await worker.says(
    /cannot be used, and the worker goes on with what it had: the task directory \S+no-such-folder does/,
  )
  const badStores = [
    ['memory:', 'the store memory: ends with this command'],
    ['jobs.db', 'jobs.db is not a store'],
  ]
  // The environment names the store where the tests run over Redis, whatever the config says.
  for (const [store, why] of isOnRedis ? [] : badStores) {
    project.write('offstage.config.json', JSON.stringify({ store }))
    await worker.says(new RegExp(`cannot be used, and the worker goes on with what it had: .*${why}`))
  }
  project.write('offstage.config.json', '{ "redact": ["pin"] }')
  await worker.says(/starts again with it/)
  // What is saved before the other worker starts counts, unless it cannot be used.
  project.write('offstage.config.json', '{ broken')
  project.write('go', '')
  expect(await finalJobs(project, [job])).toMatchObject([{ state: 'completed', attempt: 1, worker: 'w1' }])
  await worker.says(/error +the config cannot be used, and the worker goes on with what it had: (?!the task)/)
  await worker.says(/worker w2 is ready[\s\S]*watches/)
  project.write('offstage.config.json', '{ "redact": ["pin"] }')
  await worker.says(/worker w3 is ready/)
  worker.signal('SIGTERM')
  expect(await worker.ended).toMatchObject({ exitCode: 0 })
})

test.skipIf(!canLimit).each([
  ['max_inotify_instances', 0, 'EMFILE'],
  ['max_inotify_watches', 0, 'ENOSPC'],
  // Some can be watched, others not.
  ['max_inotify_watches', 3, 'ENOSPC'],
])(
  'workers start --watch with %s of %d: says so once (%s), looks for changes itself, and leaves no job running.',
  async (limit, number, code) => {
    const project = cliProject({ 'lib/version.mjs': 'export const version = 1\n', 'tasks/code.mjs': untilFile })
    const run = `echo ${number} > /proc/sys/user/${limit}; exec "$@"`
    const worker = project.start(['workers', 'start', '--watch'], {}, [
      'unshare',
      '--user',
      '--map-root-user',
      'sh',
      '-c',
      run,
      'sh',
    ])
    await worker.says(/watches the code/)
    project.write('lib/version.mjs', 'export const version = 2\n')
    await worker.says(/the code has changed: jobs that begin now run the new one/)
    project.write('go', '')
    const [job] = await finalJobs(project, [await enqueueJob(project, 'code.until', ['go'])])
    expect(job).toMatchObject({ state: 'completed', result: 2 })
    worker.signal('SIGTERM')
    const { exitCode, stderr } = await worker.ended
    expect(stderr.split(`files cannot be watched (${code}): looks for changes twice a second`)).toHaveLength(2)
    expect(exitCode).toBe(0)
    expect((await jobsOf(project)).filter(({ state }) => state === 'running')).toEqual([])
  },
)

test('workers start --watch: a file that an editor replaces, or empties before it writes it, counts once it is whole.', async () => {
  const project = cliProject({ 'tasks/code.mjs': 'export const version = () => 1\n' })
  const worker = project.start(['workers', 'start', '--watch', '--processes', '1'])
  await worker.says(/watches/)
  const next = async () => (await finalJobs(project, [await enqueueJob(project, 'code.version')]))[0]
  expect(await next()).toMatchObject({ result: 1 })
  // As vim and others save: a new file takes the place of the old one.
  project.write('tasks/.code.mjs.swp', 'export const version = () => 2\n')
  renameSync(project.path('tasks/code.mjs'), project.path('tasks/code.mjs~'))
  renameSync(project.path('tasks/.code.mjs.swp'), project.path('tasks/code.mjs'))
  await worker.says(/the code has changed/)
  expect(await next()).toMatchObject({ state: 'completed', result: 2 })
  // As others do: the file is empty for a moment.
  project.write('tasks/code.mjs', '')
  project.write('tasks/code.mjs', 'export const version = () => 3\n')
  await eventually(async () => expect(await next()).toMatchObject({ state: 'completed', result: 3, attempt: 1 }))
  worker.signal('SIGTERM')
  expect((await worker.ended).exitCode).toBe(0)
})
