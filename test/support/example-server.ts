import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll } from 'vitest'
import type { Mail } from '../../examples/stand-ins/mail.js'
import { type CliProject, environment } from './cli.js'

const examples = join(import.meta.dirname, '../../examples')

/** A server of `examples/` in a process of its own, as its readme starts it. */
export interface ExampleServer {
  readonly pid: number
  readonly url: string
  /** All that it has written, to both outputs. */
  readonly output: () => string
  get(path: string): Promise<Answer>
  post(path: string, body: unknown): Promise<Answer>
  request(path: string, init: RequestInit): Promise<Answer>
  signal(name: NodeJS.Signals): void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with what they expect
  readonly body: any
}

const running = new Set<{ kill(): void; readonly ended: Promise<unknown> }>()

/** Starts `examples/NAME/server.ts`; its data go to the folder `data` of the project. Resolves when it listens. */
export async function startExample(
  name: string,
  project: CliProject,
  env: Readonly<Record<string, string>> = {},
): Promise<ExampleServer> {
  const child = execa(process.execPath, [join(examples, name, 'server.ts')], {
    cwd: project.root,
    env: { ...environment(project), PORT: '0', DATA_DIR: project.path('data'), ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    all: true,
    forceKillAfterDelay: false,
  })
  let output = ''
  const ended = child.then((result) => result.exitCode ?? result.signal ?? 'unknown')
  const url = await new Promise<string>((resolve, reject) => {
    child.all.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const match = /listening on (\S+)\n/.exec(output)
      if (match?.[1] !== undefined) resolve(match[1])
    })
    ended.then((code) => reject(new Error(`ended with ${code} before it listened:\n${output}`)), reject)
  })
  const process_ = { kill: () => void child.kill('SIGKILL'), ended }
  running.add(process_)
  ended.finally(() => running.delete(process_)).catch(() => {})
  const request = async (path: string, init: RequestInit) => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }
  return {
    pid: child.pid ?? 0,
    url,
    output: () => output,
    get: (path) => request(path, {}),
    post: (path, body) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    request,
    signal: (signal) => void child.kill(signal),
    ended,
  }
}

/** The mails that an example has sent, oldest first. */
export function mailsOf(project: CliProject): readonly Mail[] {
  const folder = project.path('data/outbox')
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Mail)
  } catch {
    return []
  }
}

afterAll(async () => {
  for (const { kill, ended } of [...running]) {
    kill()
    await ended
  }
})
