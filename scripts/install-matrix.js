// Installs the packed program in empty folders, with each package manager on each Node, without install scripts and
// without a compiler in reach, and runs jobs there. Linux with glibc on x64 only: other systems bring their own Node.
//   node scripts/install-matrix.js [--long] [--only=MANAGER] [TARBALL]
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refuseOldNode } from '../bin/node-version.js'
import { nodeBinary, nodeVersions } from './nodes.js'

refuseOldNode()
const root = fileURLToPath(new URL('..', import.meta.url))
const [, own, newest] = nodeVersions
const jobs = 3000
const mostPackages = 8
// yarn adds node-gyp to every package that has a binding.gyp, the SQLite driver too, and never runs it here.
const mostPackagesOfYarn = 30

class NotServed extends Error {}

// npm 12 does not run on the oldest Node.
const managers = [
  { name: 'npm', spec: 'npm@11', bin: 'npm/bin/npm-cli.js', install: npm, nodes: nodeVersions, short: nodeVersions },
  { name: 'npm 12', spec: 'npm@12', bin: 'npm/bin/npm-cli.js', install: npm, nodes: [own, newest], short: [own] },
  { name: 'pnpm', spec: 'pnpm@12.21.0', bin: 'pnpm/bin/pnpm.mjs', install: pnpm, nodes: nodeVersions, short: [own] },
  {
    name: 'yarn node-modules',
    spec: '@yarnpkg/cli-dist@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    install: yarn('node-modules'),
    nodes: nodeVersions,
    short: [own],
  },
  {
    name: 'yarn pnp',
    spec: '@yarnpkg/cli-dist@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    install: yarn('pnp'),
    nodes: nodeVersions,
    short: [],
  },
]

const args = process.argv.slice(2)
const isLong = args.includes('--long')
const place = realpathSync(mkdtempSync(join(tmpdir(), 'offstage-install-')))
const rows = []
try {
  const given = args.find((arg) => !arg.startsWith('--'))
  const tarball = given === undefined ? pack() : resolve(given)
  const tools = new Map()
  const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? ''
  for (const manager of managers.filter(({ name }) => name.startsWith(only))) {
    for (const version of isLong ? manager.nodes : manager.short) rows.push(tryOne(manager, version, tarball, tools))
  }
} finally {
  rmSync(place, { recursive: true, force: true })
}
const count = (result) => rows.filter((row) => row.result === result).length
console.log(`${count('ok')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
if (count('ok') === 0 || count('failed') > 0) process.exitCode = 1

function pack() {
  const { stdout } = run('npm', ['pack', '--silent', '--pack-destination', place], { cwd: root, env: process.env })
  return join(place, stdout.trim().split('\n').at(-1))
}

function tryOne(manager, version, tarball, tools) {
  const started = performance.now()
  const row = { result: 'ok', said: '' }
  try {
    row.said = installAndRun(manager, version, tarball, tools)
  } catch (thrown) {
    row.result = thrown instanceof NotServed ? 'skipped' : 'failed'
    row.said = thrown.message
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `${row.result.padEnd(8)}${manager.name.padEnd(18)} Node ${version.padEnd(9)}${seconds.padStart(6)} s  ${row.said}`,
  )
  return row
}

/** What a registry does not serve is no fault of the program. */
function fetched(what, get) {
  try {
    return get()
  } catch (thrown) {
    throw new NotServed(`${what} cannot be fetched: ${thrown.message.trim().split('\n')[0]}`)
  }
}

function installAndRun(manager, version, tarball, tools) {
  const node = fetched(`Node ${version}`, () => nodeBinary(version))
  const tool = fetched(manager.spec, () => toolFor(manager, tools))
  const folder = mkdtempSync(join(place, 'app-'))
  const path = join(folder, 'path') // node and sh are all there is
  const app = join(folder, 'app')
  for (const made of [path, app, join(folder, 'home')]) mkdirSync(made)
  symlinkSync(node, join(path, 'node'))
  symlinkSync('/bin/sh', join(path, 'sh'))
  const env = { ...registrySettings(), PATH: path, HOME: join(folder, 'home'), CI: 'true' }
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n')
  const step = (...command) => run(node, command, { cwd: app, env })
  const { packages, offstage } = manager.install({ app, tarball, step: (...command) => step(tool, ...command) })
  if (packages > (manager.name.startsWith('yarn') ? mostPackagesOfYarn : mostPackages))
    throw new Error(`${packages} packages were installed`)
  const versions = runJobs(app, (command, input) => offstage(node, env, command, input))
  return `${packages} packages, ${versions}`
}

function toolFor({ spec, bin }, tools) {
  if (!tools.has(spec)) {
    const folder = mkdtempSync(join(place, 'tool-'))
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    run('npm', ['install', '--ignore-scripts', '--loglevel', 'error', spec], { cwd: folder, env: process.env })
    tools.set(spec, join(folder, 'node_modules', bin))
  }
  return tools.get(spec)
}

/** Where packages come from is the machine's business; all else of its settings stays out. */
function registrySettings() {
  const { NODE_EXTRA_CA_CERTS, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, https_proxy, http_proxy, no_proxy } = process.env
  const ask = (key) => run('npm', ['config', 'get', key], { cwd: root, env: process.env }).stdout.trim()
  const registry = ask('registry')
  const found = {
    NODE_EXTRA_CA_CERTS,
    HTTPS_PROXY,
    HTTP_PROXY,
    NO_PROXY,
    https_proxy,
    http_proxy,
    no_proxy,
    npm_config_registry: registry,
    pnpm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
    YARN_HTTPS_CA_FILE_PATH: NODE_EXTRA_CA_CERTS,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

function npm({ app, tarball, step }) {
  step('install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error', tarball)
  return installed(app, packagesOfLock(join(app, 'node_modules/.package-lock.json')))
}

function packagesOfLock(file) {
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')).packages).length
}

function pnpm({ app, tarball, step }) {
  step('add', '--ignore-scripts', tarball)
  const lock = readFileSync(join(app, 'node_modules/.pnpm/lock.yaml'), 'utf8')
  const snapshots = lock.slice(lock.indexOf('\nsnapshots:')).match(/^ {2}\S.*:/gm) ?? []
  const isHere = (line) =>
    !/^ {2}'?@esbuild\//.test(line) || line.includes(`@esbuild/${process.platform}-${process.arch}@`)
  return installed(app, snapshots.filter(isHere).length)
}

function yarn(linker) {
  return ({ app, tarball, step }) => {
    writeFileSync(join(app, '.yarnrc.yml'), `nodeLinker: ${linker}\nenableScripts: false\nenableTelemetry: false\n`)
    writeFileSync(join(app, 'yarn.lock'), '')
    step('add', `offstage@file:${tarball}`)
    const lock = readFileSync(join(app, 'yarn.lock'), 'utf8')
    const isHere = (line) =>
      !line.includes('@esbuild/') || line.includes(`@esbuild/${process.platform}-${process.arch}@`)
    const packages = (lock.match(/^".*":$/gm) ?? []).filter(
      (line) => isHere(line) && !line.includes('@workspace:'),
    ).length
    if (linker === 'node-modules') return installed(app, packages)
    const offstage = (_node, _env, command) => step('offstage', ...command)
    return { packages, offstage }
  }
}

function installed(app, packages) {
  const program = join(app, 'node_modules/offstage/bin/run.js')
  if (!existsSync(program)) throw new Error('offstage is not in node_modules')
  return { packages, offstage: (node, env, command) => run(node, [program, ...command], { cwd: app, env }) }
}

/** Uses the program as a newcomer would, and says on which Node the worker and its task process ran. */
function runJobs(app, offstage) {
  const project = join(app, 'demo')
  const inProject = (...command) => offstage([...command, '--cwd', project]).stdout.trim()
  offstage(['init', project])
  writeFileSync(join(project, 'tasks/version.ts'), 'export default (): string => process.version\n')
  expect(inProject('run', 'hello', 'name=Ada'), 'Hello, Ada!')
  const id = inProject('run', 'version', '--detach')
  const people = join(app, 'people.jsonl')
  writeFileSync(people, Array.from({ length: jobs }, (_, n) => `${JSON.stringify({ name: String(n) })}\n`).join(''))
  expect(inProject('run', 'hello', '--each', people, '--detach').split('\n').length, jobs)
  inProject('workers', 'start', '--burst')
  for (let n = 0; n < 5; n++) inProject('jobs', 'list', '--json')
  const { state, result } = JSON.parse(inProject('status', id, '--json'))
  expect(state, 'completed')
  const [queue] = JSON.parse(inProject('status', '--json')).queues
  expect(queue.completed, jobs + 2)
  const [worker] = /node-v\S+/.exec(inProject('--version')) ?? []
  expect(worker, `node-${result}`)
  return `worker ${worker}, task process node-${result}`
}

function expect(seen, wanted) {
  if (seen !== wanted) throw new Error(`${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`)
}

function run(file, command, { cwd, env }) {
  const ended = spawnSync(file, command, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 300_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (ended.status === 0) return ended
  const why = (ended.error?.message ?? (ended.stderr || ended.stdout)).trim().split('\n').slice(0, 6).join(' | ')
  throw new Error(
    `${[file, ...command].join(' ').replaceAll(`${place}${delimiter}`, '')}: exit ${ended.status ?? ended.signal}: ${why}`,
  )
}
