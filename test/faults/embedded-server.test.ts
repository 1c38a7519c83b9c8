import { expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { defaultStoreUrl, openStoreForReading, parseStoreUrl } from '../../src/open.js'
import { type CliProject, cliProject, eventually } from '../support/cli.js'
import { Host, library } from '../support/host.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const kills = long ? 20 : 3

// A request makes two jobs, which run in the server. Each job takes a few turns of the event loop.
const server = `import { setTimeout } from 'node:timers/promises'
import fastify from ${JSON.stringify(import.meta.resolve('fastify'))}
import { createEngine } from ${JSON.stringify(library)}
const tasks = {
  mail: async (order) => { await setTimeout(2); return order },
  index: async (order) => order,
}
const engine = await createEngine({ tasks })
await engine.startWorker({ inline: true, scheduler: false })
const app = fastify()
app.post('/orders/:order', async ({ params: { order } }, reply) => {
  const jobs = await Promise.all([engine.enqueue('mail', [order]), engine.enqueue('index', [order])])
  return reply.code(201).send(jobs.map(({ id }) => id))
})
process.once('SIGTERM', async () => {
  await app.close()
  await engine.close()
})
process.stdout.write(await app.listen({ port: 0, host: '127.0.0.1' }) + '\\n')
`

/** What clients got: the jobs of each answered order, and what the others met. */
interface Ledger {
  readonly jobs: Map<string, readonly string[]>
  readonly refused: unknown[]
}

let orders = 0

/** Clients order until the server does not answer any more. Calls `answered` after each answer. */
async function order(url: string, ledger: Ledger, answered: () => void): Promise<void> {
  const client = async () => {
    for (;;) {
      const number = `order-${++orders}`
      try {
        // Without keep-alive: a server that closes may drop a connection on which the next request is on its way.
        const headers = { connection: 'close' }
        const answer = await fetch(`${url}/orders/${number}`, { method: 'POST', headers })
        if (answer.status !== 201) return void ledger.refused.push(answer.status)
        ledger.jobs.set(number, (await answer.json()) as string[])
        answered()
      } catch (thrown) {
        return void ledger.refused.push(thrown)
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, client))
}

async function start(project: CliProject): Promise<{ readonly host: Host; readonly url: string }> {
  const host = new Host(project, 'server.mjs')
  const url = await host.line()
  if (url === null) throw new Error(`the server did not start: ${(await host.ended).stderr}`)
  return { host, url }
}

async function statesOf(project: CliProject): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>()
  const store = await openStoreForReading(parseStoreUrl(defaultStoreUrl, project.root), systemClock)
  for (let after: string | null = null; ; ) {
    const { items, next } = await store.jobs({}, { limit: 1_000, after })
    for (const { id, state } of items) states.set(id, state)
    if (next === null) break
    after = next
  }
  await store.close()
  return states
}

test(`A server is killed while it answers (seed ${seed}): every job of an answered request is stored, and runs.`, async () => {
  const random = newRandom()
  const project = cliProject({ 'server.mjs': server })
  const ledger: Ledger = { jobs: new Map(), refused: [] }
  for (let round = 0; round < kills; round++) {
    const { host, url } = await start(project)
    let left = 50 + Math.floor(random() * 300)
    await order(url, ledger, () => {
      if (--left === 0) host.signal('SIGKILL')
    })
    expect((await host.ended).signal).toBe('SIGKILL')
  }
  const { host } = await start(project)
  const promised = [...ledger.jobs.values()].flat()
  expect(new Set(promised).size).toBe(promised.length)
  await eventually(async () => {
    const states = await statesOf(project)
    expect(promised.filter((id) => states.get(id) !== 'completed')).toEqual([])
  })
  host.signal('SIGTERM')
  expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
})

test('On SIGTERM a server answers what it accepted, and its running jobs end.', async () => {
  const project = cliProject({ 'server.mjs': server })
  const ledger: Ledger = { jobs: new Map(), refused: [] }
  const { host, url } = await start(project)
  let answers = 0
  await order(url, ledger, () => {
    if (++answers === 100) host.signal('SIGTERM')
  })
  expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })
  const states = await statesOf(project)
  expect([...ledger.jobs.values()].flat().filter((id) => !states.has(id))).toEqual([])
  expect([...states.values()].filter((state) => state !== 'completed' && state !== 'queued')).toEqual([])
  // Nobody who was accepted went without an answer: all others met a closed door.
  expect(states.size).toBe(ledger.jobs.size * 2)
})
