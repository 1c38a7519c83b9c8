import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, expect, vi } from 'vitest'
import type { JobJson } from '../../src/views/job.js'
import { isOnRedis, storeUrlOf } from './tested-store.js'

const packageRoot = join(import.meta.dirname, '../..')
const program = join(packageRoot, 'bin/run.js')

/** How a command ended, with exactly what it wrote. */
export interface CliResult {
  readonly stdout: string
  readonly stderr: string
  /** As a shell tells it: 128 and the number of the signal that ended it. */
  readonly exitCode: number
}

export interface CliOptions {
  /** Default: the project's folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** A command that goes on until it is told to stop. */
export interface RunningCli {
  readonly pid: number
  readonly ended: Promise<CliResult>
  /** Resolves when stderr matches; rejects, with all that was said, if the command ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
}

/** A project in a folder of its own, and the built command line to use in it. */
export interface CliProject {
  /** The folder that holds all there is of this project, its home included. */
  readonly base: string
  readonly root: string
  path(file: string): string
  write(file: string, content: string): string
  read(file: string): string
  /** The lines that tasks appended to a file; none if it is not there. */
  lines(file: string): readonly string[]
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  /** What a command writes to stdout with `--json`. */
  json<T = JobJson>(args: readonly string[], options?: CliOptions): Promise<T>
  /** `before`: a program, with its arguments, that runs the command line. */
  start(args: readonly string[], options?: CliOptions, before?: readonly string[]): RunningCli
  /** Runs a line of shell, in which `offstage` and `node` are found. */
  shell(script: string, options?: CliOptions): Promise<CliResult>
  /** Processes whose command line names this project. */
  processes(): readonly number[]
}

// One for each test file: compiled modules are shared by its projects and by nobody else.
let shared: { readonly folder: string; readonly bin: string } | null = null
const started = new Set<RunningCli & { kill(): void }>()
const projects: CliProject[] = []

/** Makes a project of these files. It is removed when the test file is done, and must have left no process behind. */
export function cliProject(files: Readonly<Record<string, string>> = {}, name = 'project'): CliProject {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'offstage-test-')))
  const root = join(base, name)
  mkdirSync(root)
  mkdirSync(join(base, 'home'))
  const path = (file: string) => join(root, file)
  const project: CliProject = {
    base,
    root,
    path,
    write(file, content) {
      mkdirSync(dirname(path(file)), { recursive: true })
      writeFileSync(path(file), content)
      return path(file)
    },
    read: (file) => readFileSync(path(file), 'utf8'),
    lines(file) {
      try {
        return readFileSync(path(file), 'utf8').split('\n').slice(0, -1)
      } catch {
        return []
      }
    },
    run: (args, options) => launch(project, [process.execPath, program, ...args], options).ended,
    async json<T>(args: readonly string[], options?: CliOptions) {
      const { stdout, stderr } = await project.run([...args, '--json'], options)
      expect(stdout, stderr).not.toBe('')
      return JSON.parse(stdout) as T
    },
    start: (args, options, before = []) => launch(project, [...before, process.execPath, program, ...args], options),
    shell: (script, options) => launch(project, ['sh', '-c', script], options).ended,
    processes: () => processesNaming(base),
  }
  for (const [file, content] of Object.entries(files)) project.write(file, content)
  projects.push(project)
  return project
}

function launch(project: CliProject, [file = '', ...args]: readonly string[], options: CliOptions = {}): RunningCli {
  const child = execa(file, args, {
    cwd: options.cwd ?? project.root,
    env: { ...environment(project), ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    forceKillAfterDelay: false, // a signal is what the test says, and nothing follows it
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  })
  let said = ''
  const listeners = new Set<() => void>()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    for (const listener of listeners) listener()
  })
  const ended = child.then((result) => {
    started.delete(running)
    const signal = result.signal === undefined ? 0 : (signalNumbers[result.signal] ?? 0)
    return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? 128 + signal }
  })
  const running = {
    pid: child.pid ?? 0,
    ended,
    async says(pattern: RegExp) {
      const heard = new Promise<RegExpExecArray>((resolve) => {
        const listen = () => {
          const match = pattern.exec(said)
          if (match === null) return
          // A worker may write fifty megabytes: to search them again with each piece takes a minute.
          listeners.delete(listen)
          resolve(match)
        }
        listeners.add(listen)
        listen()
      })
      const silent = ended.then(({ exitCode }) => {
        const match = pattern.exec(said)
        if (match === null) throw new Error(`ended with ${exitCode} before it said ${pattern}:\n${said}`)
        return match
      })
      return Promise.race([heard, silent])
    },
    signal: (name: NodeJS.Signals) => void child.kill(name),
    kill: () => void child.kill('SIGKILL'),
  }
  started.add(running)
  return running
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }

/** Nothing of the environment of the tests but where programs are. */
export function environment(project: CliProject): Record<string, string> {
  shared ??= makeShared()
  return {
    PATH: [shared.bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: join(project.base, 'home'),
    XDG_CACHE_HOME: join(shared.folder, 'cache'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    NO_COLOR: '1',
    // Workers of such a store leave commands to others unless they are told: a test of its own has that.
    ...(isOnRedis ? { OFFSTAGE_STORE: storeUrlOf(project), OFFSTAGE_ALLOW_COMMANDS: '1' } : {}),
  }
}

function makeShared() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'offstage-test-')))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(program, join(bin, 'offstage'))
  return { folder, bin }
}

function processesNaming(text: string): number[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(text)).map((line) => Number.parseInt(line, 10))
}

/** Repeats what may throw until it does not: for what takes its time. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 200 })
}

afterAll(async () => {
  for (const running of [...started]) {
    running.kill()
    await running.ended
  }
  try {
    for (const project of projects) {
      // A task process ends by itself when its worker has gone.
      await vi.waitFor(() => expect(project.processes(), `processes of ${project.root}`).toEqual([]), {
        timeout: 5_000,
      })
    }
  } finally {
    for (const pid of projects.flatMap((project) => project.processes())) process.kill(pid, 'SIGKILL')
    for (const { base } of projects) rmSync(base, { recursive: true, force: true })
    if (shared !== null) rmSync(shared.folder, { recursive: true, force: true })
  }
})

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
