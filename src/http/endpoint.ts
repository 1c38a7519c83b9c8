import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import type { Endpoint, OpenEndpoint } from '../app/workers/worker-probe.js'
import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import { type HttpAddress, hostInUrl, loopback } from '../domain/http-address.js'
import { type Answer, answers, isProbe } from './answers.js'
import { limitConnections } from './connections.js'
import { knownHosts } from './hosts.js'

/** What a client may cost. Scrapers and probes need a fraction of it. */
const limits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
}
const maxConnections = 50
// Of a client that does not read, or does not send.
const silenceMs = 10_000
const maxRequestsASecond = 100

/** Listens at an address, for requests to its own host and to `allowed` names. */
export function endpointAt(address: HttpAddress, allowed: readonly string[], clock: Clock): OpenEndpoint {
  return async (probe) => {
    const answer = answers(probe, clock)
    const names = address.host === loopback ? [] : [hostInUrl(address.host), hostname()]
    const isKnown = knownHosts([...names, ...allowed])
    const isTooMany = counter(clock)
    const server = createServer(limits, (request, response) => {
      const { headers, socket } = request
      const url = request.url ?? ''
      if (!isKnown(headers.host, socket.localAddress)) {
        return send(request, response, { status: 421, text: 'no such host here: see --http-allow-host' })
      }
      // A probe that is refused gets a worker killed.
      if (!isProbe(url) && isTooMany()) return send(request, response, { status: 429, text: 'too many requests' })
      answer(request.method ?? '', url)
        .then((found) => send(request, response, found))
        .catch(() => response.destroy())
    })
    limitConnections(server, maxConnections)
    server.setTimeout(silenceMs)
    await listen(server, address)
    // A failing accept, such as for want of file descriptors, is no reason to end a worker.
    server.on('error', () => {})
    return endpointOf(server, address)
  }
}

function listen(server: Server, { host, port }: HttpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = reasons[error.code ?? ''] ?? error.message
      reject(new UsageError('E_HTTP_LISTEN', `--http: cannot listen on ${hostInUrl(host)}:${port}: ${why}`, nextSteps))
    })
    server.listen({ host, port, backlog: maxConnections }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses the port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'the system does not allow it',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
}
const nextSteps = 'choose another port or host; each worker needs a port of its own'

function endpointOf(server: Server, { host }: HttpAddress): Endpoint {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    url: `http://${hostInUrl(host)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Counts requests. True over the limit of this second. */
function counter(clock: Clock): () => boolean {
  let second = 0
  let count = 0
  return () => {
    const now = Math.floor(clock.monotonicMs() / 1_000)
    if (now !== second) count = 0
    second = now
    count += 1
    return count > maxRequestsASecond
  }
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, text, type, allow }: Answer): void {
  const body = Buffer.from(text.endsWith('\n') ? text : `${text}\n`)
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(allow === undefined ? {} : { allow }),
    // Who is refused gets no second request on the connection.
    ...(status === 200 || status === 503 ? {} : { connection: 'close' }),
  })
  response.end(method === 'HEAD' ? undefined : body)
}
