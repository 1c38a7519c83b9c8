import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { plainEnvironment } from '../environment.js'
import type { RunBy } from './server.js'

export interface RunningServer {
  readonly url: string
  readonly pid: number
  /** By SIGTERM. Throws if it does not end well. */
  stop(): Promise<void>
}

/** How long each fsync takes longer than the disk does. */
export type SlowerBy = 0 | 20

export function canSlowDown(): boolean {
  return spawnSync('strace', ['--version'], { stdio: 'ignore' }).status === 0
}

/** Starts the server under load. */
export async function runServer(
  packageRoot: string,
  url: string,
  runBy: RunBy,
  slowerBy: SlowerBy,
): Promise<RunningServer> {
  const library = join(packageRoot, 'dist/src/index.js')
  const node = [process.execPath, join(import.meta.dirname, 'server.ts'), library, url, runBy]
  const [file = '', ...args] = slowerBy === 0 ? node : [...slowly(slowerBy), ...node]
  const child = spawn(file, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => child.kill('SIGKILL')
  process.prependListener('exit', kill)
  const exit = once(child, 'exit')
  const line = once(createInterface({ input: child.stdout }), 'line')
  const [text] = await Promise.race([line, exit.then(() => [null])])
  if (text === null) throw new Error('the server did not start')
  const started = JSON.parse(text) as { readonly url: string; readonly pid: number }
  return {
    ...started,
    stop: async () => {
      process.kill(started.pid, 'SIGTERM')
      const [code] = await exit
      process.off('exit', kill)
      if (code !== 0) throw new Error(`the server ended with exit code ${code}`)
    },
  }
}

/** Delays the calls themselves: the processes run freely otherwise. */
function slowly(ms: number): string[] {
  const calls = 'fsync,fdatasync'
  const inject = `inject=${calls}:delay_enter=${ms * 1_000}`
  return ['strace', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${calls}`, '-e', inject, '-o', '/dev/null']
}
