import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a Redis on loopback that can be cut: a script that was asked for runs there, and its answer never comes. */
export class CuttingProxy {
  readonly #server: Server
  readonly #links = new Map<Socket, Socket>()
  #left = 0
  #every = 0
  #answers = 0
  cuts = 0

  private constructor(port: number) {
    this.#server = createServer((client) => this.#link(client, connect(port, '127.0.0.1')))
    this.#server.unref()
  }

  static async start(port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port)
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** From now on, cuts a connection in place of each `every`th packet of answers, `times` times. */
  cutAnswers(every: number, times: number): void {
    this.#every = every
    this.#left = times
    this.#answers = 0
  }

  #link(client: Socket, server: Socket): void {
    this.#links.set(client, server)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay()
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        this.#links.delete(client)
      })
    }
    // What a client asks while it connects is answered: it would never come to anything else.
    let isScript = false
    client.on('data', (data) => {
      isScript = data.includes('EVAL')
      server.write(data)
    })
    server.on('data', (data) => {
      if (this.#left > 0 && isScript && ++this.#answers % this.#every === 0) {
        this.#left--
        this.cuts++
        client.destroy()
      } else {
        client.write(data)
      }
    })
  }

  close(): void {
    this.#server.close()
    for (const [client, server] of this.#links) {
      client.destroy()
      server.destroy()
    }
  }
}
