import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JobJson } from '../../src/views/job.js'

/** A notification as it arrived. */
export interface Received {
  readonly body: { readonly event: string; readonly project: string; readonly text: string; readonly job: JobJson }
  /** Whether the signature is that of the body and the secret. */
  readonly isSigned: boolean
  readonly path: string
}

/** How a receiver answers: a status, or never. */
export type Answer = number | 'never'

/** A receiver of notifications on a port of its own. `answers` are given in turn, the last one for ever. */
export class Receiver {
  readonly received: Received[] = []
  readonly port: number
  readonly #server: Server
  readonly #secret: string
  answers: Answer[] = [200]

  private constructor(server: Server, secret: string) {
    this.#server = server
    this.#secret = secret
    this.port = (server.address() as AddressInfo).port
    server.on('request', async (request, response) => {
      const body = await text(request)
      const signature = createHmac('sha256', this.#secret).update(body).digest('hex')
      const isSigned = request.headers['x-offstage-signature'] === `sha256=${signature}`
      this.received.push({ body: JSON.parse(body), isSigned, path: request.url ?? '' })
      const answer = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? 200
      if (answer === 'never') return
      response.writeHead(answer, answer === 302 ? { Location: '/elsewhere' } : {}).end()
    })
  }

  /** Listens on loopback; `port` 0: any free one. */
  static async listen(secret: string, port = 0): Promise<Receiver> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    return new Receiver(server, secret)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/failed?key=in-the-url`
  }

  /** The ids of the jobs that it was told of, in the order of arrival. */
  get ids(): readonly string[] {
    return this.received.map(({ body }) => body.job.id)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
