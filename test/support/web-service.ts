import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it arrived. */
export interface ServiceRequest {
  readonly path: string
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: unknown
}

/** An answer to one request. */
export interface ServiceAnswer {
  readonly status: number
  readonly body?: unknown
}

/** A service that an example calls, on a port of its own. Without other answers it says 200 and `{}`. */
export class WebService {
  readonly requests: ServiceRequest[] = []
  readonly url: string
  readonly #server: Server
  readonly #answers = new Map<string, ServiceAnswer[]>()
  #held: Promise<void> = Promise.resolve()

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', async (request, response) => {
      const path = request.url ?? ''
      const body = await text(request)
      this.requests.push({ path, headers: request.headers, body: body === '' ? null : JSON.parse(body) })
      await this.#held
      const answers = this.#answers.get(path) ?? []
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200 }
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer.body ?? {}))
    })
  }

  static async listen(): Promise<WebService> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    return new WebService(server)
  }

  /** The answers at a path, in turn; the last one for ever. */
  answer(path: string, ...answers: ServiceAnswer[]): void {
    this.#answers.set(path, answers)
  }

  /** No request is answered until the returned function is called. */
  hold(): () => void {
    let release = () => {}
    this.#held = new Promise((resolve) => {
      release = resolve
    })
    return release
  }

  to(path: string): readonly ServiceRequest[] {
    return this.requests.filter((request) => request.path === path)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
