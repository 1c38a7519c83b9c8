import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { type CliProject, type CliResult, cliProject, eventually, type RunningCli } from '../support/cli.js'
import { readLedger } from '../support/ledger.js'
import { expectIntact, type StoredJob, storedJobs } from '../support/store-file.js'

const mebibyte = 2 ** 20
const jobsThatRun = 6

/** Something that leaves no room for the store, and how it ends. */
interface Shortage {
  readonly name: string
  /** Why it cannot be had here; null if it can. */
  readonly missing: string | null
  readonly message: string
  /** Where the store is. */
  prepare(project: CliProject): string
  begin(project: CliProject, store: string, worker: RunningCli): void
  /** A command as it meets the shortage. */
  run(project: CliProject, args: string): Promise<CliResult>
  end(project: CliProject, worker: RunningCli): void
}

const mounted = new Set<string>()
afterAll(() => {
  // Lazily: a worker that a failed test left behind may still have its store there.
  for (const folder of mounted) execFileSync('umount', ['-l', folder])
})

/** Why the program fails; null if it does not. */
function failure(program: string, args: readonly string[]): string | null {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return null
  } catch {
    return `${program} ${args.join(' ')} fails here`
  }
}

/** Appends to a file until nothing more fits. */
function fill(file: string, upTo: number): void {
  try {
    for (let size = 0; size < upTo; size += 4_096) appendFileSync(file, Buffer.alloc(4_096))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
  }
}

const fullDisk: Shortage = {
  name: 'A full disk',
  // Only root may mount, and not in every container: tried in a namespace of its own, where nothing is left behind.
  missing: failure('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']),
  message: 'the disk is full (SQLITE_FULL)',
  prepare(project) {
    const folder = project.path('small')
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=700', 'tmpfs', folder])
    mounted.add(folder)
    // Room for some hundred jobs; the rest is for the time after.
    fill(project.path('small/filler-1'), 23.4 * mebibyte)
    return 'small/jobs.db'
  },
  begin: (project) => fill(project.path('small/filler-2'), Number.POSITIVE_INFINITY),
  run: (project, args) => project.shell(`exec offstage ${args}`, { env: { OFFSTAGE_STORE: 'sqlite:small/jobs.db' } }),
  end(project) {
    rmSync(project.path('small/filler-1'))
    rmSync(project.path('small/filler-2'))
  },
}

let limit = 'unlimited' // of what the commands may write
const sizeLimit: Shortage = {
  name: 'A limit of the file size',
  missing: failure('prlimit', ['--version']),
  message: 'the disk reported an error (SQLITE_IOERR_WRITE)',
  prepare: () => 'own/jobs.db',
  begin(project, store, worker) {
    const { size } = statSync(project.path(`${store}-wal`))
    limit = String(Math.floor(size / 512)) // as sh counts it
    // The soft limit alone: that one may be raised again.
    execFileSync('prlimit', ['--pid', String(worker.pid), `--fsize=${size}:`])
  },
  run: (project, args) =>
    project.shell(`ulimit -S -f ${limit}; exec offstage ${args}`, { env: { OFFSTAGE_STORE: 'sqlite:own/jobs.db' } }),
  end(_, worker) {
    limit = 'unlimited'
    execFileSync('prlimit', ['--pid', String(worker.pid), '--fsize=unlimited:'])
  },
}

const files = {
  'tasks/held.mjs': `import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { currentJob } from 'offstage'
const note = (what) => appendFileSync('ledger.txt', [what, currentJob().id, currentJob().attempt, process.pid, process.ppid].join(' ') + '\\n')
export default async function held(n) {
  note('S')
  while (!existsSync('go')) await setTimeout(20)
  note('E')
  return 'computed ' + n
}
`,
  'tasks/later.mjs': 'export default (text) => text.length\n',
  'held.txt': Array.from({ length: jobsThatRun }, (_, n) => `${n}\n`).join(''),
  'later.txt': `"${'x'.repeat(200)}"\n`.repeat(500),
  'few.txt': `"${'x'.repeat(200)}"\n`.repeat(40),
}

function idsIn({ stdout }: CliResult): string[] {
  return stdout.split('\n').slice(0, -1)
}

describe.each([fullDisk, sizeLimit])('$name', (shortage) => {
  if (shortage.missing !== null) console.log(`disk full: ${shortage.name} is skipped, ${shortage.missing}`)

  test.skipIf(shortage.missing !== null)(
    'refuses jobs clearly, loses none that was acknowledged, and the worker keeps its results until there is room.',
    async () => {
      const project = cliProject(files)
      const store = shortage.prepare(project)
      const env = { OFFSTAGE_STORE: `sqlite:${store}` }
      const stored = (): readonly StoredJob[] => storedJobs(project, store)
      const held = await project.run(['run', 'held', '--each', 'held.txt', '--detach'], { env })
      expect(held.exitCode, held.stderr).toBe(0)
      const worker = project.start(['workers', 'start', '--queues', 'default'], { env })
      const noted = (what: 'S' | 'E') => readLedger(project).filter((line) => line.what === what)
      await eventually(() => expect(noted('S')).toHaveLength(jobsThatRun))

      const acknowledged = idsIn(held)
      const enqueue = async (what: string) => {
        const end = await shortage.run(project, `run later ${what} --queue later --detach`)
        acknowledged.push(...idsIn(end))
        return end
      }
      const refusal = {
        exitCode: 6,
        stdout: '',
        stderr: expect.stringMatching(/^error: store .*\n {2}.*nothing was stored\n$/),
      }
      expect(await enqueue('--each later.txt')).toMatchObject({ exitCode: 0 })
      // A disk is filled by the store itself first. What the refused commit has already taken serves smaller ones.
      for (const what of shortage === fullDisk ? ['--each later.txt', '--each few.txt'] : [])
        for (let tries = 0; (await enqueue(what)).exitCode === 0; tries++) expect(tries).toBeLessThan(100)
      shortage.begin(project, store, worker)
      for (let tries = 0; shortage === fullDisk && (await enqueue('small')).exitCode === 0; tries++)
        expect(tries).toBeLessThan(100)
      const refused = await Promise.all(['small', '--each later.txt'].map(enqueue))
      for (const end of refused) {
        expect(end).toMatchObject(refusal)
        expect(end.stderr).toContain(shortage.message)
      }
      // What only reads goes on.
      expect((await shortage.run(project, 'status')).exitCode).toBe(0)

      project.write('go', '')
      const warning = `warning store ${project.path(store)}: ${shortage.message}; trying again`
      await worker.says(new RegExp(`${warning.replaceAll(/[.()]/g, '\\$&')}$`, 'm'))
      await eventually(() => expect(noted('E')).toHaveLength(jobsThatRun))
      const running = stored().filter(({ task, state }) => task === 'held' && state === 'running')
      expect(running).toHaveLength(jobsThatRun)

      shortage.end(project, worker)
      await eventually(() => {
        const results = stored().flatMap(({ task, result }) => (task === 'held' ? [result] : []))
        expect(results).toEqual(Array.from({ length: jobsThatRun }, (_, n) => `"computed ${n}"`))
      })
      // Stored is what was computed in the first place.
      expect(noted('S')).toHaveLength(jobsThatRun)
      expect(await enqueue('small')).toMatchObject({ exitCode: 0 })
      worker.signal('SIGTERM')
      expect((await worker.ended).exitCode).toBe(0)

      expect((await project.run(['workers', 'start', '--burst'], { env })).exitCode).toBe(0)
      expect(stored().map(({ id }) => id)).toEqual(acknowledged)
      expect(stored().filter(({ state }) => state !== 'completed')).toEqual([])
      expectIntact(project, store)
    },
  )
})

test.skipIf(sizeLimit.missing !== null)(
  'A worker that is told to end while the store refuses its results does end, and says so: the jobs run again.',
  async () => {
    const project = cliProject(files)
    const store = sizeLimit.prepare(project)
    const env = { OFFSTAGE_STORE: `sqlite:${store}` }
    expect((await project.run(['run', 'held', 'x', '--detach'], { env })).exitCode).toBe(0)
    const worker = project.start(['workers', 'start', '--grace', '1s'], { env })
    const starts = () => readLedger(project).filter(({ what }) => what === 'S')
    await eventually(() => expect(starts()).toHaveLength(1))
    sizeLimit.begin(project, store, worker)
    project.write('go', '')
    await worker.says(/trying again/)
    worker.signal('SIGTERM')
    const end = await worker.ended
    expect(end.exitCode).toBe(6)
    expect(end.stderr).toMatch(/^error: store .*SQLITE_IOERR_WRITE.*$/m)

    expect((await project.run(['workers', 'start', '--burst'], { env })).exitCode).toBe(0)
    expect(starts()).toHaveLength(2)
    expect(storedJobs(project, store)).toMatchObject([{ state: 'completed', result: '"computed x"' }])
    expectIntact(project, store)
  },
)

test.skipIf(sizeLimit.missing !== null)(
  'A run in the foreground whose end the store refuses ends at a signal, and says why.',
  async () => {
    const project = cliProject({ 'tasks/big.mjs': "export default () => 'x'.repeat(900_000)\n" })
    for (let run = 0; run < 3; run++) expect((await project.run(['run', 'big'])).exitCode).toBe(0)
    const run = project.start(['run', 'big'], {}, ['sh', '-c', 'ulimit -S -f 100; exec "$@"', 'sh'])
    await run.says(/SQLITE_IOERR_WRITE\); trying again/)
    run.signal('SIGTERM')
    const { exitCode, stderr } = await run.ended
    expect([exitCode, stderr]).toEqual([6, expect.stringMatching(/^error: store .*SQLITE_IOERR_WRITE/m)])
  },
)
