import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.js'
import { machineBlocks } from '../support/machine-page.js'
import { freePort } from '../support/redis-server.js'
import { hasSystemd, verified } from '../support/systemd.js'

const yaml = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown }
const root = join(import.meta.dirname, '../..')
const blocks = machineBlocks('docs/three-machines.md')
const fileOf = (name: string) => readFileSync(join(root, 'examples/three-machines', name), 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly hostname?: string
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly volumes?: readonly string[]
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}

test.each([
  ['conf', 'redis.conf'],
  ['ini', 'offstage.service'],
  ['yaml', 'compose.yaml'],
])('The block of %s is the file %s of the example.', (language, name) => {
  expect(blocks.filter((block) => block.language === language).map(({ text }) => text)).toEqual([fileOf(name)])
})

test.skipIf(!hasSystemd)('systemd accepts the unit.', () => {
  const program = '/srv/app/node_modules/.bin/offstage'
  const unit = fileOf('offstage.service')
  expect(unit).toContain(`ExecStart=${program} `)
  // The user and the file with the URL are not on this machine, and systemd does not ask for them.
  expect(verified(unit, program)).toEqual({ status: 0, says: '' })
})

test('The compose file has a Redis that keeps what it acknowledged, and two workers of it.', () => {
  const { services, volumes } = yaml.load(fileOf('compose.yaml')) as Compose
  expect(Object.keys(services)).toEqual(['redis', 'worker-1', 'worker-2'])
  for (const name of ['worker-1', 'worker-2']) {
    const { environment, hostname, depends_on } = services[name] ?? { environment: {} }
    expect(hostname).toBe(name)
    expect(environment.OFFSTAGE_STORE).toBe(`redis://:\${REDIS_PASSWORD:?}@redis`)
    expect(depends_on).toEqual({ redis: { condition: 'service_healthy' } })
  }
  expect(services.redis?.volumes).toEqual(['redis:/data'])
  expect(Object.keys(volumes)).toEqual(['redis'])
})

test('Its command starts such a Redis, which the health check finds well with the password and not without.', async () => {
  const { redis } = (yaml.load(fileOf('compose.yaml')) as Compose).services
  // In a compose file $$ is a dollar.
  const [file = '', ...args] = (redis?.command ?? []).map((word) => word.replaceAll('$$', '$').trim())
  const { path, remove } = temporaryFolder()
  const port = await freePort()
  const env = { ...process.env, REDIS_PASSWORD: 'secret' }
  args.push(`${args.pop()}`.replace('redis-server -', `redis-server - --port ${port} --bind 127.0.0.1`))
  const server = spawn(file, args, { cwd: path, env, stdio: 'ignore' })
  const ended = once(server, 'exit')
  onTestFinished(async () => {
    server.kill()
    await ended
    remove()
  })
  const asks = async (script: string, password: string) => {
    const child = spawn('sh', ['-c', script], {
      env: { ...process.env, REDIS_PASSWORD: password, REDISCLI_AUTH: password },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    const [code] = await once(child, 'close')
    return { code, text }
  }
  const check = (redis?.healthcheck?.test[1] ?? '').replaceAll('$$', '$').replace('redis-cli', `redis-cli -p ${port}`)
  await expect.poll(async () => (await asks(check, 'secret')).code, { timeout: 10_000 }).toBe(0)
  expect((await asks(check, 'other')).code).not.toBe(0)
  const get = (name: string) => asks(`redis-cli -p ${port} config get ${name}`, 'secret')
  expect((await get('appendonly')).text).toBe('appendonly\nyes\n')
  expect((await get('appendfsync')).text).toBe('appendfsync\nalways\n')
  expect((await get('maxmemory-policy')).text).toBe('maxmemory-policy\nnoeviction\n')
})
