import { type ChildProcess, type SpawnOptions, spawnSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { globSync } from 'tinyglobby'
import { freePort, withServer } from './server.js'

/** null: none is installed. */
export function postgresVersion(): string | null {
  const { status, stdout } = run('postgres', ['--version'])
  return status === 0 ? (/\d[\d.]*/.exec(stdout)?.[0] ?? 'unknown') : null
}

/** A server of its own on loopback, as it comes, with its files in `folder`. The address is a connection string. */
export async function withPostgres<T>(folder: string, use: (address: string) => Promise<T>): Promise<T> {
  const data = join(folder, 'postgres')
  mkdirSync(data, { recursive: true })
  const user = serverUser()
  if (user !== null) chownSync(data, user.uid, user.gid)
  const owner = { ...user, cwd: data }
  const made = run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--locale', 'C', '-E', 'UTF8', '-N'], owner)
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((setting) => ['-c', setting])
  const command = {
    program: 'postgres',
    args: ['-D', data, '-p', String(port), ...settings],
    options: { ...owner, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] },
    endSignal: 'SIGQUIT',
  } as const satisfies Parameters<typeof withServer>[0]
  return withServer(command, saysThatItIsReady, () => use(`postgres://postgres@127.0.0.1:${port}/postgres`))
}

/** The lines after it are read too: a full pipe would hold the server up. */
function saysThatItIsReady({ stderr }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (stderr === null) return
    createInterface({ input: stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve()
    })
  })
}

/** PostgreSQL refuses to run as root. Debian makes this user with the package. */
function serverUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const idOf = (flag: string) => Number(run('id', [flag, 'postgres']).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function run(program: string, args: readonly string[], options: SpawnOptions = {}) {
  return spawnSync(program, args, { ...options, env: environment(), encoding: 'utf8' })
}

/** Debian keeps the server's programs out of the PATH. */
function environment(): NodeJS.ProcessEnv {
  const folders = globSync('/usr/lib/postgresql/*/bin', { onlyDirectories: true, absolute: true })
  const newestFirst = folders.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return { ...process.env, PATH: [process.env.PATH, ...newestFirst].join(delimiter) }
}
