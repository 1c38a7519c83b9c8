import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Endpoint, WorkerProbe } from '../../src/app/workers/worker-probe.js'
import type { Clock } from '../../src/domain/clock.js'
import { systemClock } from '../../src/engine/clock.js'
import { EngineEmitter } from '../../src/engine/events.js'
import { thisHost } from '../../src/engine/host.js'
import { endpointAt } from '../../src/http/endpoint.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { Store } from '../../src/stores/store.js'
import { newJob, newWorker } from '../support/job.js'

let store: Store
let probe: WorkerProbe
let endpoint: Endpoint
let port: number
let scrapes = 0
let passedMs = 0
const sockets: Socket[] = []

beforeEach(async () => {
  scrapes = 0
  passedMs = 0
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + passedMs }
  const memory = openMemoryStore(systemClock)
  store = {
    ...memory,
    schedules: (names) => {
      scrapes += 1
      return memory.schedules(names)
    },
  }
  probe = new WorkerProbe(store, { kind: 'memory' }, '1.2.3', clock)
  endpoint = await endpointAt({ host: '127.0.0.1', port: 0 }, ['metrics.example.org'], systemClock)(probe)
  port = Number(new URL(endpoint.url).port)
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await endpoint.close()
})

async function startWorker(engine = new EngineEmitter()): Promise<string> {
  const worker = await store.register({ ...newWorker(systemClock), ...thisHost() })
  probe.observe({ kind: 'registered', engine })
  probe.observe({ kind: 'ready', worker })
  return worker
}

/** Resolves whatever ends the connection: `once` of Node rejects on an error. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Sends bytes as they are; resolves to all that comes until the connection ends. */
async function raw(...pieces: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  socket.on('error', () => {})
  for (const piece of pieces) socket.write(piece)
  await closed(socket)
  return answer
}

const get = (path: string, headers = 'Host: localhost\r\n', method = 'GET') =>
  raw(`${method} ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`)
const statusOf = (answer: string) => Number(answer.split(' ')[1])

describe('the pages', () => {
  test('/metrics has the store in the format of Prometheus.', async () => {
    await store.enqueue([newJob({ queue: 'mail' })])
    const answer = await get('/metrics?x=1')
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/)
    expect(answer).toContain('\noffstage_jobs{queue="mail",state="queued"} 1\n')
    expect(answer).toMatch(/\noffstage_build_info\{version="1\.2\.3",node="[\d.]+"\} 1\n$/)
  })

  test('/healthz is 200 while the worker beats; /readyz while it claims.', async () => {
    expect(await get('/healthz')).toMatch(/^HTTP\/1\.1 200/)
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 503.*the worker starts\n$/s)
    await startWorker()
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 200.*ok\n$/s)
    probe.observe({ kind: 'stopping', worker: 'w1', running: 1 })
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 503.*the worker stops\n$/s)
    expect(await get('/healthz')).toMatch(/^HTTP\/1\.1 200/)
  })

  test('/readyz is 503 while the store refuses what the worker asks of it, and says nothing of the error.', async () => {
    const engine = new EngineEmitter()
    await startWorker(engine)
    engine.emit('store.unavailable', { error: new Error('/srv/secret/jobs.db') })
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 503.*\r\n\r\nthe store refuses what the worker asks of it\n$/s)
    expect(await get('/healthz')).toMatch(/^HTTP\/1\.1 200/)
    passedMs = 3_000
    expect(await get('/readyz')).toMatch(/^HTTP\/1\.1 200/)
  })

  test('A worker that is not in the store any more is neither alive nor ready.', async () => {
    await store.deregister(await startWorker())
    for (const path of ['/healthz', '/readyz']) expect(await get(path)).toMatch(/^HTTP\/1\.1 503.*lease/s)
  })

  test('A store that does not answer is 503, and its error stays here.', async () => {
    await startWorker()
    store.workers = () => Promise.reject(new Error('/srv/secret/jobs.db'))
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      expect(await get(path)).toMatch(/^HTTP\/1\.1 503.*\r\n\r\nthe store does not answer\n$/s)
    }
  })

  test('HEAD has the same headers and no body; other methods and paths are refused.', async () => {
    expect(await get('/healthz', 'Host: localhost\r\n', 'HEAD')).toMatch(
      /^HTTP\/1\.1 200.*content-length: 3.*\r\n\r\n$/s,
    )
    expect(await get('/metrics', 'Host: localhost\r\n', 'POST')).toMatch(/^HTTP\/1\.1 405.*allow: GET, HEAD/s)
    for (const path of ['/', '/metrics/', '/../metrics', '/constructor', '/%6detrics', 'http://evil/metrics']) {
      expect(statusOf(await get(path)), path).toBe(404)
    }
  })
})

describe('host names', () => {
  test.each(['localhost', 'LOCALHOST:9464', '127.0.0.1:1', '[::1]:9464', 'metrics.example.org', 'localhost.'])(
    '%s is known.',
    async (host) => {
      expect(statusOf(await get('/healthz', `Host: ${host}\r\n`))).toBe(200)
    },
  )

  test.each(['evil.example', 'localhost.evil.example', 'evil@localhost', '10.0.0.1', '127.0.0.1:1:2', ''])(
    '"%s" is not.',
    async (host) => {
      const answer = await get('/metrics', `Host: ${host}\r\n`)
      expect(statusOf(answer)).toBe(421)
      expect(answer).not.toContain('offstage_')
    },
  )

  test('A request without a host is refused.', async () => {
    expect(statusOf(await get('/metrics', ''))).toBe(400)
    expect(statusOf(await raw('GET /metrics HTTP/1.0\r\n\r\n'))).toBe(421)
  })
})

describe('clients that cost too much', () => {
  test('Bad requests and large headers are answered with an error, and the endpoint continues.', async () => {
    expect(statusOf(await raw('nonsense\r\n\r\n'))).toBe(400)
    expect(statusOf(await raw('GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'))).toBe(400)
    expect(statusOf(await get('/healthz', `Host: localhost\r\nX: ${'x'.repeat(9_000)}\r\n`))).toBe(431)
    expect(statusOf(await get('/healthz'))).toBe(200)
  })

  test('A client that does not finish its headers is disconnected.', async () => {
    expect(statusOf(await raw('GET /healthz HTTP/1.1\r\nHost: local'))).toBe(408)
  }, 15_000)

  test('Of a flood of requests one a second is computed, and those over the limit are refused.', async () => {
    const before = Math.floor(systemClock.monotonicMs() / 1_000)
    const answers = await Promise.all(Array.from({ length: 40 }, () => get('/metrics')))
    const more = `GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const flood = await raw(more.repeat(400))
    const seconds = Math.floor(systemClock.monotonicMs() / 1_000) - before + 1
    expect(answers.filter((answer) => statusOf(answer) === 200).length).toBeGreaterThan(0)
    expect(scrapes).toBeLessThanOrEqual(seconds)
    expect(flood).toContain('HTTP/1.1 429')
  })

  test('Probes are answered during a flood, of unknown hosts or of scrapes.', async () => {
    await raw('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(400))
    const foreign = Array.from({ length: 150 }, () => get('/healthz', 'Host: evil.example\r\n'))
    const probes = Array.from({ length: 12 }, () => get('/healthz').then(statusOf))
    expect(new Set((await Promise.all(foreign)).map(statusOf))).toEqual(new Set([421]))
    expect(await Promise.all(probes)).toEqual(Array.from({ length: 12 }, () => 200))
  })

  test('Unknown hosts do not use up the requests of a second.', async () => {
    await Promise.all(Array.from({ length: 150 }, () => get('/metrics', 'Host: evil.example\r\n')))
    expect(statusOf(await get('/metrics'))).toBe(200)
  })

  test('Idle connections over the limit give way: the first goes, and a probe is answered.', async () => {
    const held = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'))
    sockets.push(...held)
    for (const socket of held) socket.on('error', () => {})
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    const [first, ...others] = held
    if (first === undefined) throw new Error('there is no connection')
    const gone = closed(first)
    expect(statusOf(await get('/healthz'))).toBe(200)
    await gone
    expect(others.every(({ closed: isClosed }) => !isClosed)).toBe(true)
  })
})

test('It closes at once, whoever is connected, and then nobody listens.', async () => {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  const gone = closed(socket)
  await endpoint.close()
  await gone
  expect(await raw('')).toBe('')
})

test('A port that is taken, and an address that is not of this machine, are refused.', async () => {
  const open = (host: string) => endpointAt({ host, port }, [], systemClock)(probe)
  await expect(open('127.0.0.1')).rejects.toMatchObject({
    code: 'E_HTTP_LISTEN',
    message: `--http: cannot listen on 127.0.0.1:${port}: another program uses the port`,
  })
  await expect(open('192.0.2.1')).rejects.toMatchObject({ message: expect.stringMatching(/no such address/) })
})
