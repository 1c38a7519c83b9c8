import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/cli.js'
import { installedCopy } from './installed-copy.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/in-a-container.md'), 'utf8')
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text)
const [dockerfile = ''] = blocksOf('dockerfile')
const [compose = ''] = blocksOf('yaml')

/** The lines of the Dockerfile with an instruction, without it. */
const linesOf = (instruction: string) =>
  [...dockerfile.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest = '']) => rest)
const listOf = (instruction: string): readonly string[] => JSON.parse(linesOf(instruction)[0] ?? '[]')
const uid = Number(linesOf('USER')[0])
const image = Object.fromEntries(linesOf('ENV').map((line) => line.split(/=(.*)/s, 2) as [string, string]))
const service = Object.fromEntries(
  [...compose.matchAll(/^ {6}(OFFSTAGE_\w+): ["']?([^"'\n]+)["']?$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
)
const prefix = 'docker compose exec worker '
const commands = blocksOf('sh')
  .flatMap((block) => block.trimEnd().split('\n'))
  .filter((line) => line.startsWith(prefix))
  .map((line) => line.slice(prefix.length))

const namespaces = ['--pid', '--fork', '--mount-proc', '--kill-child']
const canMake =
  spawnSync('unshare', [...namespaces, 'setpriv', `--reuid=${uid}`, '--clear-groups', 'true']).status === 0

/** A container as far as the page needs one: a PID namespace, `/app` and `/data` of its own, a user that nobody knows. */
describe.skipIf(!canMake)('the page about containers', () => {
  let worker: ChildProcess
  let said = ''
  let inside: readonly string[]
  let env: NodeJS.ProcessEnv
  let data: string

  beforeAll(async () => {
    const copy = installedCopy()
    const app = join(copy.base, 'app')
    data = join(copy.base, 'data')
    mkdirSync(join(app, 'tasks'), { recursive: true })
    cpSync(join(copy.base, 'node_modules'), join(app, 'node_modules'), { recursive: true })
    mkdirSync(join(app, 'node_modules/.bin'))
    symlinkSync('../offstage/bin/run.js', join(app, 'node_modules/.bin/offstage'))
    symlinkSync(process.execPath, join(app, 'node_modules/.bin/node'))
    writeFileSync(join(app, 'tasks/hello.ts'), 'export default (): string => "hello"\n')
    mkdirSync(data)
    chownSync(data, uid, 0)
    const placed = (text: string) => text.replaceAll('/app', app).replaceAll('/data', data)
    const path = placed(image.PATH ?? '').replace('$PATH', '/usr/bin:/bin')
    const named = Object.entries({ ...image, ...service }).map(([name, value]) => [name, placed(value)])
    env = { ...Object.fromEntries(named), PATH: path }
    // As in a real one: what is said on this page is not about the folders of this machine.
    const user = ['setpriv', `--reuid=${uid}`, '--regid=0', '--clear-groups']
    worker = spawn('unshare', [...namespaces, ...user, ...listOf('CMD')], { cwd: app, env })
    worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await eventually(() => expect(said).toMatch(/is ready/))
    const first = execFileSync('pgrep', ['-P', String(worker.pid)], { encoding: 'utf8' }).trim()
    inside = ['nsenter', `--target=${first}`, '--pid', '--mount', `--wd=${app}`, ...user, 'sh', '-c']
  })
  afterAll(() => worker.kill('SIGKILL'))

  const exec = (script: string) => {
    const [file = '', ...args] = inside
    const { stdout, stderr, status } = spawnSync(file, [...args, script], { env, encoding: 'utf8' })
    return { stdout, stderr, status }
  }

  test('has a user without an entry in passwd, and a worker that is process 1 or below an init.', () => {
    expect(exec('getent passwd "$(id -u)"').status).toBe(2)
    expect(exec('tr "\\0" " " < /proc/1/cmdline').stdout).toContain('workers start')
    expect(compose).toContain('init: true')
  })

  test('has commands that work, one after the other.', () => {
    expect(commands.length).toBeGreaterThan(8)
    for (const command of commands) {
      const { stdout, stderr, status } = exec(command.replaceAll('/data', data))
      expect(status, `${command}\n${stdout}${stderr}`).toBe(0)
    }
    expect(exec('offstage run hello')).toEqual({ stdout: 'hello\n', stderr: '', status: 0 })
    expect(exec('offstage jobs list --state completed').stdout).toContain('hello')
  })

  test('has a health check that holds while the worker lives, and fails without it.', () => {
    const [first = '', ...rest] = JSON.parse((linesOf('HEALTHCHECK')[0] ?? '').replace(/^CMD /, '')) as string[]
    const check = [first, ...rest].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    expect(exec(check)).toMatchObject({ status: 0, stderr: '' })
    expect(exec(check.replace('9464', '9463')).status).toBe(1)
  })

  test('says that an empty folder .offstage that is no mount is refused, and how.', () => {
    const refused = exec(`mkdir ${data}/.offstage && offstage status --store sqlite:${data}/.offstage/jobs.db`)
    expect(refused.status).toBe(6)
    expect(refused.stderr).toContain('the file is gone, though its folder is there')
  })

  test('stops at the stop signal, after the running job has finished.', async () => {
    const waits = `until [ -e ${data}/go ]; do sleep 0.1; done`
    const id = exec(`offstage run --detach -- sh -c '${waits}'`).stdout.trim()
    await eventually(() => expect(JSON.parse(exec(`offstage status ${id} --json`).stdout).state).toBe('running'))
    const ended = new Promise((resolve) => worker.once('exit', (code) => resolve(code)))
    expect(exec(`kill -${linesOf('STOPSIGNAL')[0]?.replace('SIG', '')} 1`).status).toBe(0)
    await eventually(() => expect(said).toMatch(/stops: 1 running job may finish/))
    writeFileSync(join(data, 'go'), '')
    expect(await ended).toBe(0)
  })
})
