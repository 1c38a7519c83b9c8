import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import fastify from 'fastify'

// A web server as users write it, with or without an engine in it. Node runs it as it is: nothing else of the benchmark is
// in its process. Arguments: the built library, the URL of the store, and who runs the jobs.

export type RunBy = 'nobody' | 'the server' | 'a worker'

const [library = '', store = '', runBy = ''] = process.argv.slice(2)
const { createEngine } = (await import(pathToFileURL(library).href)) as typeof import('../../src/index.js')

const tasks = { noop: async (..._args: readonly unknown[]) => {} }
const engine = runBy === 'nobody' ? null : await createEngine({ store, tasks })
if (runBy === 'the server') await engine?.startWorker({ inline: true })

const delays = monitorEventLoopDelay({ resolution: 1 })
let usage = process.cpuUsage()

const server = fastify()
server.post<{ Body: { readonly customer: string } }>('/orders', async ({ body: { customer } }, reply) => {
  const jobs = await Promise.all([engine?.enqueue('noop', ['mail', customer]), engine?.enqueue('noop', ['index', 7])])
  return reply.code(201).send({ jobs: jobs.map((job) => job?.id ?? null) })
})
server.post('/measure', async () => {
  delays.reset()
  delays.enable()
  usage = process.cpuUsage()
  return {}
})
server.get('/measured', async () => {
  const { user, system } = process.cpuUsage(usage)
  const [p50Ms, p99Ms, maxMs] = [delays.percentile(50), delays.percentile(99), delays.max].map((ns) => ns / 1e6)
  return { p50Ms, p99Ms, maxMs, cpuMs: (user + system) / 1e3 }
})

process.once('SIGTERM', async () => {
  await server.close()
  await engine?.close()
})

const url = await server.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${JSON.stringify({ url, pid: process.pid })}\n`)
