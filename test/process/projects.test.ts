import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject, environment } from '../support/cli.js'
import { isOnRedis, withoutStoreUrl } from '../support/tested-store.js'

const packageFolder = join(import.meta.dirname, '../..')
const list = (entries: Record<string, string>) => entries
const one = "export default () => 'one'\n"

interface Listed {
  readonly items: readonly { readonly name: string }[]
}

describe.concurrent('projects', () => {
  test('Tasks are .ts, .mts, .cts, .js, .mjs and .cjs, in folders too; helpers, tests and declarations are none.', async () => {
    const project = cliProject(
      list({
        'tasks/a.ts': "import { helper } from './_helper.js'\nexport const run = () => helper('ts')\n",
        'tasks/b.mts': "export default (): string => 'mts'\n",
        'tasks/c.cts': "export = function c(): string { return 'cts' }\n",
        'tasks/d.js': "module.exports = { run: () => 'js', value: 7 }\n",
        'tasks/e.mjs': "export const run = () => 'mjs'\nexport class Thing {}\nexport const value = 7\n",
        'tasks/f.cjs': "exports.run = () => 'cjs'\n",
        'tasks/mail/index.ts': "export const send = () => 'index'\nexport default () => 'folder'\n",
        'tasks/mail/bulk/send.mjs': "export default () => 'deep'\n",
        'tasks/_helper.ts': "export const helper = (word: string) => 'helped ' + word\n",
        'tasks/_lib/x.ts': one,
        'tasks/.hidden.ts': one,
        'tasks/a.test.ts': one,
        'tasks/types.d.ts': 'export declare function nothing(): void\n',
        'tasks/readme.md': '',
        'tasks/node_modules/x/index.js': 'exports.run = () => 1\n',
      }),
    )
    const { items } = await project.json<Listed>(['tasks'])
    expect(items.map(({ name }) => name)).toEqual([
      'a.run',
      'b',
      'c',
      'd.run',
      'e.run',
      'f.run',
      'mail',
      'mail.bulk.send',
      'mail.send',
    ])
    const runs = await Promise.all(['a.run', 'c', 'd.run', 'mail.send'].map((name) => project.run(['run', name])))
    expect(runs.map(({ stdout }) => stdout)).toEqual(['helped ts\n', 'cts\n', 'js\n', 'index\n'])
  })

  test('The config may be TypeScript, JavaScript, JSON, or a key of package.json.', async () => {
    const configs = list({
      'offstage.config.ts':
        "import { defineConfig } from 'offstage'\nconst tasks: string = 'jobs'\nexport default defineConfig({ tasks, store: 'sqlite:state/x.db' })\n",
      'offstage.config.mjs': "export default { tasks: 'jobs', store: 'sqlite:state/x.db' }\n",
      'offstage.config.json': '{ "tasks": "jobs", "store": "sqlite:state/x.db" }',
      'package.json': '{ "offstage": { "tasks": "jobs", "store": "sqlite:state/x.db" } }',
    })
    const checks = Object.entries(configs).map(async ([file, content]) => {
      const project = cliProject({ [file]: content, 'jobs/one.mjs': one })
      expect(await project.run(['run', 'one'], { env: withoutStoreUrl }), file).toEqual({
        stdout: 'one\n',
        stderr: '',
        exitCode: 0,
      })
      expect(existsSync(project.path('state/x.db')), file).toBe(true)
      expect(existsSync(project.path('.offstage')), file).toBe(false)
    })
    await Promise.all(checks)
  })

  test('A config that throws, ends its process or says what is unknown is exit code 2, by file.', async () => {
    const configs: readonly (readonly [string, string, RegExp])[] = [
      ['offstage.config.ts', "const port: number = 1\nthrow new Error('no port')\n", /offstage\.config\.ts:2: no port/],
      ['offstage.config.mjs', 'process.exit(0)\n', /offstage\.config\.mjs: its process ended before it was evaluated/],
      ['offstage.config.json', '{ "taks": "jobs" }', /there is no option "taks"\n {2}did you mean "tasks"\?/],
      ['package.json', '{ "offstage": { "redact": "pin" } }', /package\.json: redact is not a list of texts/],
    ]
    const checks = configs.map(async ([file, content, pattern]) => {
      const project = cliProject({ [file]: content, 'tasks/one.mjs': one })
      const status = await project.run(['status'])
      expect(status, file).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(pattern) })
    })
    await Promise.all(checks)
  })

  test('The project is the nearest folder upwards, no further than the git root; --cwd says where to begin.', async () => {
    const project = cliProject({
      'tasks/outer.mjs': one,
      'docs/guide/page.md': '',
      'packages/inner/tasks/inner.mjs': one,
      'packages/inner/src/deep/x.ts': '',
      'vendor/repo/src/x.ts': '',
    })
    mkdirSync(project.path('vendor/repo/.git'))
    const names = async (folder: string) =>
      (await project.json<Listed>(['tasks', '--cwd', folder])).items?.map(({ name }) => name)
    expect(await Promise.all(['docs/guide', 'packages/inner/src/deep', 'packages'].map(names))).toEqual([
      ['outer'],
      ['inner'],
      ['outer'],
    ])
    const outside = await project.run(['tasks', '--cwd', 'vendor/repo/src'])
    expect(outside).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no project at') })

    const run = await project.run(['run', 'inner'], { cwd: project.path('packages/inner/src/deep') })
    expect(run.stdout).toBe('one\n')
    expect(existsSync(project.path('packages/inner/.offstage/jobs.db'))).toBe(!isOnRedis)
    expect(existsSync(project.path('.offstage'))).toBe(false)
  })

  test('A path with spaces, quotes, unicode and percent signs is a path like any other.', async () => {
    const project = cliProject(
      { 'tasks/a b/ok.mjs': one, 'tasks/where.ts': 'export default () => [process.cwd(), import.meta.url]\n' },
      `it's "a" prøject 100% #1?`,
    )
    const where = await project.run(['run', 'where'])
    expect(where).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await project.run(['tasks'])).stderr).toMatch(
      /^faulty module: .*a b\/ok\.mjs: "a b\.ok" cannot be a task's name/,
    )
    const [cwd, url] = JSON.parse(where.stdout) as [string, string]
    expect(cwd).toBe(project.root)
    expect(decodeURIComponent(new URL(url).pathname)).toBe(project.path('tasks/where.ts'))
    expect((await project.run(['jobs', 'show', 'j1'])).exitCode).toBe(0)
  })

  test('Without HOME, or any environment but PATH, everything works; a home that is not there is not made.', async () => {
    const project = cliProject({ 'tasks/one.ts': "const word: string = 'one'\nexport default () => word\n" })
    const { PATH = '' } = environment(project)
    const home = join(project.base, 'missing')
    const run = await project.shell(
      `env -i PATH="$PATH" offstage run one && env -i PATH="$PATH" HOME="${home}" offstage status`,
      { env: { PATH } },
    )
    expect(existsSync(home)).toBe(false)
    expect(run).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^one\nhealthy\n\nQUEUE/) })
  })

  test('A task imports `offstage` though it is installed nowhere, and packages of its project.', async () => {
    const project = cliProject({
      'tasks/uses.ts':
        "import { currentJob } from 'offstage'\nimport { name } from 'thing'\nexport default () => name + ' in ' + currentJob().id\n",
      'node_modules/thing/package.json': '{"type": "module", "main": "x.js"}',
      'node_modules/thing/x.js': "export const name = 'a thing'\n",
    })
    expect((await project.run(['run', 'uses'])).stdout).toBe('a thing in j1\n')
    expect(execFileSync('ls', ['-A', dirname(project.path('x'))], { encoding: 'utf8' })).toBe(
      `${isOnRedis ? '' : '.offstage\n'}node_modules\ntasks\n`,
    )
  })

  test('A folder without a project has workers and schedulers too, for commands.', async () => {
    const project = cliProject({ 'sub/here.txt': '' })
    const sub = { cwd: project.path('sub') }
    await project.run(['schedule', '--every', '1d', '--name', 'nightly', '--', 'ls'], sub)
    await project.run(['schedule', 'trigger', 'nightly'], sub)
    const worker = await project.run(['workers', 'start', '--burst'], sub)
    expect(worker).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`there is no project at ${sub.cwd}`) })
    expect((await project.run(['jobs', 'logs', 'j1'], sub)).stdout).toContain('here.txt')

    const scheduler = project.start(['schedule', 'start'], sub)
    await scheduler.says(/the scheduler is ready/)
    scheduler.signal('SIGTERM')
    expect((await scheduler.ended).exitCode).toBe(0)
    const watching = await project.run(['workers', 'start', '--watch'], sub)
    expect(watching).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no project at') })
  })

  test('An error keeps its stack where both the program and the project are below a folder named src.', async () => {
    const project = cliProject({
      'src/shop/tasks/buy.ts': "\nexport default function buy() {\n  throw new Error('sold out')\n}\n",
    })
    const installed = project.path('src/offstage')
    for (const part of ['bin', 'dist', 'package.json', 'oclif.manifest.json']) {
      cpSync(join(packageFolder, part), join(installed, part), { recursive: true })
    }
    symlinkSync(join(packageFolder, 'node_modules'), join(installed, 'node_modules'))
    const run = await project.shell('node src/offstage/bin/run.js run buy --retries 0 --cwd src/shop')
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toMatch(/Error: sold out\n\s+at buy \(.*src\/shop\/tasks\/buy\.ts:3:\d+\)\n$/)
  })
})
