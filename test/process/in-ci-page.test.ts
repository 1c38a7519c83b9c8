import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliProject, cliProject, environment } from '../support/cli.js'
import { commandsIn } from '../support/github-commands.js'

const yaml = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown }
const page = readFileSync(join(import.meta.dirname, '../../docs/in-ci.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string>>
}
interface Workflow {
  readonly jobs: { readonly smoke: { readonly steps: readonly Step[] } }
}
interface GitLab {
  readonly smoke: {
    readonly variables: Readonly<Record<string, string>>
    readonly cache: { readonly paths: readonly string[] }
    readonly script: readonly string[]
    readonly artifacts: { readonly reports: { readonly junit: string } }
  }
}

let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => void server.close())

/** A project with the tasks that the page speaks of, and the environment of a step in it. */
function pipeline() {
  const project = cliProject({
    'tasks/smoke.ts': blocks('ts')[0] ?? '',
    'tasks/page.mjs': 'export function check(path) { if (path === "/about") throw new Error("gone"); return path }\n',
    'tasks/report.mjs': 'export function build() { console.log("building") }\n',
  })
  project.write('bin/npx', '#!/bin/sh\nexec "$@"\n')
  chmodSync(project.path('bin/npx'), 0o755)
  const { PATH = '' } = environment(project)
  return { project, env: { PATH: [project.path('bin'), PATH].join(delimiter), SMOKE_URL: url, XDG_CACHE_HOME: '' } }
}

const report = ({ read }: CliProject) => read('smoke.xml').replace(/\n\s*/g, '')

describe.concurrent('The page "In CI"', () => {
  test('Its workflow for GitHub is YAML, and its step runs the checks, keeps the cache where it says, and reports failures.', async () => {
    const { steps } = (yaml.load(blocks('yaml')[0] ?? '') as Workflow).jobs.smoke
    const runs = steps.flatMap(({ run }) => run ?? [])
    expect(runs).toEqual(['npm ci', expect.stringMatching(/^npx offstage run /)])
    const { project, env } = pipeline()
    const github = { ...env, GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root }
    const good = await project.shell(runs[1] ?? '', { env: github })
    expect([good.exitCode, commandsIn(good.stderr)]).toEqual([0, []])
    expect(good.stdout).toMatch(/^j1 +smoke\.home +completed/m)
    const cache = steps.find(({ uses }) => uses?.startsWith('actions/cache'))?.with?.path ?? ''
    expect(existsSync(cache.replace('~', join(project.base, 'home')))).toBe(true)
    const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload'))?.with?.path
    expect([upload, report(project)]).toEqual(['smoke.xml', expect.stringContaining('tests="1" failures="0"')])

    const bad = await project.shell(runs[1] ?? '', { env: { ...github, SMOKE_URL: 'http://127.0.0.1:9/' } })
    expect(bad.exitCode).toBe(1)
    expect(commandsIn(bad.stderr)).toMatchObject([{ name: 'error', properties: { file: 'tasks/smoke.ts' } }])
    expect(report(project)).toContain('failures="1"')
  })

  test('Its job for GitLab is YAML, and its script makes the report and the cache that it names.', async () => {
    const { smoke } = yaml.load(blocks('yaml')[1] ?? '') as GitLab
    const { project, env } = pipeline()
    const [install, checks = ''] = smoke.script
    expect(install).toBe('npm ci')
    const variables = Object.entries(smoke.variables).map(([name, value]) => [
      name,
      value.replace('$CI_PROJECT_DIR', project.root),
    ])
    expect((await project.shell(checks, { env: { ...env, ...Object.fromEntries(variables) } })).exitCode).toBe(0)
    expect(existsSync(project.path(smoke.artifacts.reports.junit))).toBe(true)
    expect(smoke.cache.paths.map((path) => existsSync(project.path(path)))).toEqual([true])
  })

  test('Its commands run as they stand, one block after the other.', async () => {
    const { project, env } = pipeline()
    const worker = project.start(['workers', 'start'])
    await worker.says(/is ready/)
    const [suite = '', each = '', queue = '', gate = ''] = blocks('sh')
    const failing = { ...env, SMOKE_URL: 'http://127.0.0.1:9/' }
    expect(await project.shell(suite, { env: failing })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^some failed: 1\nj\d+ smoke\.home: /),
    })
    expect(await project.shell(each, { env })).toMatchObject({ exitCode: 0, stdout: 'some failed: 1\n/\ngone\n' })
    expect(await project.shell(`set -e\n${queue}`, { env })).toMatchObject({ exitCode: 0, stdout: 'building\n' })
    const after = await project.shell(`set -e\n${gate}`, { env })
    // The failures of the blocks before.
    expect([after.exitCode, after.stdout]).toEqual([1, expect.stringMatching(/failed\{since=5m\}/)])
    worker.signal('SIGTERM')
    await worker.ended
  })
})
