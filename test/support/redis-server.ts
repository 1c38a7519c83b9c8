import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { temporaryFolder } from './folder.js'

/** What is started in a folder, with its first arguments. */
type Program = (folder: string) => readonly string[]

/** Settings of redis-server by their own names: `{ appendonly: 'yes', maxmemory: '10mb', requirepass: 'secret' }`. */
export type RedisSettings = Readonly<Record<string, string>>

// Ends the server and removes its folder when the test process is gone, however that ended: its end of the pipe closes.
const watchdog = 'cat > /dev/null; kill -9 "$1" 2> /dev/null; rm -rf "$2"'

/** A real redis-server on a free port of loopback, with a folder of its own. */
export class RedisServer {
  readonly folder: string
  readonly settings: RedisSettings
  port = 0
  #process: ChildProcess | null = null
  #watchdog: ChildProcess | null = null
  readonly #program: readonly string[]
  readonly #remove: () => void

  private constructor(settings: RedisSettings, program: Program) {
    const { path, remove } = temporaryFolder()
    this.folder = path
    this.#remove = remove
    this.settings = settings
    this.#program = program(path)
  }

  /** Without settings nothing is kept on disk. */
  static async start(settings: RedisSettings = {}, program: Program = () => ['redis-server']): Promise<RedisServer> {
    const server = new RedisServer(settings, program)
    // Another process may take the port that was free.
    for (let tries = 1; ; tries++) {
      server.port = await freePort()
      try {
        await server.restart()
        return server
      } catch (thrown) {
        if (tries === 3) throw thrown
      }
    }
  }

  get url(): string {
    const { requirepass } = this.settings
    const user = requirepass === undefined ? '' : `:${encodeURIComponent(requirepass)}@`
    return `${this.isTls ? 'rediss' : 'redis'}://${user}127.0.0.1:${this.port}${this.isTls ? `?ca=${this.settings['tls-ca-cert-file']}` : ''}`
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get isTls(): boolean {
    return 'tls-cert-file' in this.settings
  }

  /** Starts it on its port and with its folder, after `kill` or `shutdown`. Resolves once it answers. */
  async restart(): Promise<void> {
    const [program = '', ...first] = this.#program
    const ports = this.isTls ? { port: '0', 'tls-port': `${this.port}` } : { port: `${this.port}` }
    const settings = { save: '', bind: '127.0.0.1', dir: this.folder, ...ports, ...this.settings }
    const rest = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    const child = spawn(program, [...first, ...rest], { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-4_000)
    })
    const dog = spawn('sh', ['-c', watchdog, 'sh', `${child.pid}`, this.folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    this.#watchdog = dog
    for (const handle of [child, child.stdout, dog, dog.stdin]) (handle as Socket | null)?.unref()
    while (!(await this.#answers())) {
      if (child.exitCode === null && child.signalCode === null) continue
      dog.kill('SIGKILL')
      throw new Error(`redis-server ended: ${output}`)
    }
  }

  /** Whether it answers anything, such as that it asks for a password. */
  async #answers(): Promise<boolean> {
    await wait(5)
    // What speaks TLS is not asked: that it listens must do.
    const socket = createConnection(this.port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      if (this.isTls) return true
      socket.write('PING\r\n')
      const [answer] = await once(socket, 'data')
      return !`${answer}`.startsWith('-LOADING')
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }

  /** What redis-cli answers. */
  cli(...args: readonly string[]): string {
    const tls = this.isTls ? ['--tls', '--cacert', this.settings['tls-ca-cert-file'] ?? ''] : []
    const { requirepass: password } = this.settings
    const auth = password === undefined ? [] : ['--no-auth-warning', '-a', password]
    const options = { encoding: 'utf8', timeout: 5_000 } as const
    return execFileSync('redis-cli', ['-p', `${this.port}`, ...tls, ...auth, ...args], options).trim()
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  /** Ends it at once, as a crash does. Its folder stays. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** Ends it in its own way: what it should keep is on disk. */
  shutdown(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    // Before the server: its pid may soon be another one's.
    this.#watchdog?.kill('SIGKILL')
    this.#watchdog = null
    this.#process = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    child.kill(signal)
    await once(child, 'exit')
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.kill()
    this.#remove()
  }
}

let shared: Promise<RedisServer> | null = null

/** The server of this test process for all tests that need nothing special: take a prefix of your own there. */
export function sharedRedis(): Promise<RedisServer> {
  shared ??= RedisServer.start()
  return shared
}

/** Free at this moment, and its bus port for a cluster too. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
