import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

type Silence = 'none' | 'answers' | 'all'

/**
 * A way to a Redis on loopback on which bytes may be held up, as on a network that is parted. What is held up arrives later,
 * also what a client has sent that is gone by then.
 */
export class SilentProxy {
  readonly #server: Server
  readonly #links = new Set<Link>()
  /** Of connections that come. */
  #silence: Silence = 'none'

  private constructor(port: number) {
    this.#server = createServer((client) => {
      const link = new Link(client, port, () => this.#links.delete(link))
      link.hold(this.#silence)
      this.#links.add(link)
    })
    this.#server.unref()
  }

  static async start(port: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(port)
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** From now on nothing passes; or no answers, while what is asked arrives. */
  silence(what: Silence = 'all'): void {
    this.#silence = what
    this.hold(what)
  }

  /** The same for the connections of now only. */
  hold(what: Silence = 'all'): void {
    for (const link of this.#links) link.hold(what)
  }

  /** How many packets of what was asked are held up. */
  get held(): number {
    return [...this.#links].reduce((sum, { held }) => sum + held, 0)
  }

  /** Connections that come from now on are as usual; those of now stay silent. */
  admit(): void {
    this.#silence = 'none'
  }

  /** Ends the connections of now for their clients. What they have sent is still held up. */
  cutClients(): void {
    for (const link of this.#links) link.client.destroy()
  }

  /** Passes what was held up, and all that comes. */
  release(): void {
    this.#silence = 'none'
    for (const link of this.#links) link.release()
  }

  close(): void {
    this.#server.close()
    for (const link of this.#links) link.end()
  }
}

class Link {
  readonly client: Socket
  readonly #server: Socket
  readonly #requests: Direction
  readonly #answers: Direction

  constructor(client: Socket, port: number, ended: () => void) {
    this.client = client
    this.#server = connect(port, '127.0.0.1')
    this.#requests = new Direction(client, this.#server)
    this.#answers = new Direction(this.#server, client)
    this.#server.on('close', ended)
  }

  get held(): number {
    return this.#requests.held
  }

  hold(what: Silence): void {
    if (what === 'all') this.#requests.hold()
    if (what !== 'none') this.#answers.hold()
  }

  release(): void {
    this.#requests.release()
    this.#answers.release()
  }

  end(): void {
    this.client.destroy()
    this.#server.destroy()
  }
}

class Direction {
  #held: (() => void)[] | null = null

  constructor(from: Socket, to: Socket) {
    from.on('error', () => {})
    from.on('data', (data) => this.#pass(() => to.write(data)))
    from.on('close', () => this.#pass(() => to.end()))
  }

  #pass(act: () => void): void {
    if (this.#held === null) act()
    else this.#held.push(act)
  }

  get held(): number {
    return this.#held?.length ?? 0
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const act of held) act()
  }
}
