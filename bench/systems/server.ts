import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly options?: SpawnOptions
  /** Ends it at once: its files are thrown away, so there is nothing to save. */
  readonly endSignal: NodeJS.Signals
}

/** Runs a server for as long as it is used, which begins when it answers. */
export async function withServer<T>(
  { program, args, options, endSignal }: ServerCommand,
  answers: (server: ChildProcess) => Promise<unknown>,
  use: () => Promise<T>,
): Promise<T> {
  const server = spawn(program, args, { stdio: 'ignore', ...options })
  // A benchmark that is interrupted must leave no server behind.
  const end = () => server.kill(endSignal)
  process.prependListener('exit', end)
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject)
    server.once('exit', (code, signal) => reject(new Error(`${program} ended with ${signal ?? `exit code ${code}`}`)))
  })
  failed.catch(() => {}) // its end later on is the wanted one
  try {
    await Promise.race([answers(server), failed])
    return await use()
  } finally {
    process.off('exit', end)
    if (server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit')
      end()
      await gone
    }
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
