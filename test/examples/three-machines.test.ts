import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { machineBlocks, machinesOf } from '../support/machine-page.js'
import { type Machine, Network, noMachines } from '../support/machines.js'

const root = join(import.meta.dirname, '../..')
const blocks = machineBlocks('docs/three-machines.md')
const [, unitOfOne = ''] = /^```ini\n(.*?)^```$/ms.exec(readFileSync(join(root, 'docs/under-systemd.md'), 'utf8')) ?? []
const unitFile = '/etc/systemd/system/offstage.service'
const stands = join(import.meta.dirname, 'fixtures/three-machines')

interface Job {
  readonly id: string
  readonly state: string
  readonly worker: string | null
  readonly losses: number
}
interface Slot {
  readonly slot: string
  readonly outcome: string
  readonly job: string | null
  /** The last one of a record of several. */
  readonly through: string | null
}
interface Worker {
  readonly id: string
  readonly state: string
  readonly host: string
}

/** What takes its time: a lease is 30 s. */
const eventually = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 500 })

const title = `From one machine to three${noMachines === null ? '' : `: skipped, ${noMachines}`}`

describe.skipIf(noMachines !== null)(title, () => {
  let network: Network
  let first: Machine
  let second: Machine
  let all: readonly Machine[]

  beforeAll(async () => {
    network = await Network.start()
    first = await network.add('app', '10.0.0.1')
    second = await network.add('worker-1', '10.0.0.2')
    all = [first, second, await network.add('worker-2', '10.0.0.3')]
    for (const machine of all) install(machine)
  })
  afterAll(() => network.stop())

  /** The project of examples/quickstart, and what stands for systemd, npm and the user of the page. */
  function install(machine: Machine): void {
    cpSync(join(root, 'examples/quickstart'), machine.path('/srv/app'), { recursive: true })
    const modules = machine.path('/srv/app/node_modules')
    const bin = machine.path('/usr/local/bin')
    const folders = ['/etc/redis', '/etc/systemd/system', '/var/lib/redis', '/var/lib/offstage', '/var/cache/offstage']
    for (const folder of [join(modules, '.bin'), bin, ...folders.map((path) => machine.path(path))]) {
      mkdirSync(folder, { recursive: true })
    }
    symlinkSync(root, join(modules, 'offstage'))
    for (const folder of [join(modules, '.bin'), bin]) symlinkSync(join(root, 'bin/run.js'), join(folder, 'offstage'))
    symlinkSync(process.execPath, join(bin, 'node'))
    symlinkSync(join(stands, 'systemctl'), join(bin, 'systemctl'))
    machine.write('/usr/local/bin/npm', `#!/bin/sh\nln -s '${root}/node_modules/'"$2" node_modules/\n`)
    machine.write('/usr/local/bin/chown', '#!/bin/sh\ntest "$1" = offstage\n')
    for (const program of ['npm', 'chown']) chmodSync(machine.path(`/usr/local/bin/${program}`), 0o755)
  }

  /** Runs the commands of a section, or those of its blocks from one on up to another. What each one wrote. */
  async function play(section: string, from = 0, to = from + 1): Promise<readonly string[]> {
    const chosen = blocks.filter((block) => block.language === 'sh' && block.section === section).slice(from, to)
    expect(chosen.length).toBeGreaterThan(0)
    const written: string[] = []
    for (const block of chosen) {
      for (const machine of machinesOf(block, all)) written.push(await inShell(machine, block.text))
    }
    return written
  }

  /** As in the shell of the page, which has read the URL once that is there. */
  async function inShell(machine: Machine, text: string): Promise<string> {
    const env = '/etc/offstage-store.env'
    const script = `if [ -e ${env} ]; then set -a; . ${env}; set +a; fi\n${text}`
    const { stdout, stderr, exitCode } = await machine.run(script, machine.path('/srv/app'))
    expect(exitCode, `${text}\n${stdout}${stderr}`).toBe(0)
    return stdout
  }

  const offstage = (...args: readonly string[]) => inShell(first, `offstage ${args.join(' ')}`)
  const json = async <T>(...args: readonly string[]) => JSON.parse(await offstage(...args, '--json')) as T
  const items = async <T>(...args: readonly string[]) => (await json<{ items: T[] }>(...args)).items
  const workers = () => items<Worker>('workers', 'list')
  const aliveOn = async (host: string) => (await workers()).filter((one) => one.host === host && one.state === 'alive')
  const slots = async () => (await json<{ slots: Slot[] }>('schedule', 'history', 'greeting', '--limit', '1000')).slots

  const oldStore = 'OFFSTAGE_STORE=sqlite:/var/lib/offstage/jobs.db'

  test('One machine has a worker, a file with jobs, and a schedule.', async () => {
    first.write(unitFile, unitOfOne)
    await inShell(first, 'systemctl enable --now offstage')
    const old = (text: string) => inShell(first, `export ${oldStore}\n${text}`)
    expect(await old('offstage run hello name=Ada --wait')).toContain('Hello, Ada!')
    await old('offstage run images.resize photo.png 800 --delay 1h --key photo --detach')
    await old('offstage schedule hello --name greeting --every 2s')
    await eventually(async () => expect(await old('offstage schedule history greeting')).toContain('completed'))
  })

  test('Redis, the client and the URL: each machine finds nothing wrong.', async () => {
    const conf = blocks.find(({ language }) => language === 'conf')
    first.write(conf?.head ?? '', conf?.text ?? '')
    await play('1. Redis')
    const written = await play('2. The project', 0, 9)
    for (const machine of all) {
      expect(statSync(machine.path('/etc/offstage-store.env')).mode & 0o777).toBe(0o600)
      expect(readFileSync(machine.path('/etc/offstage-store.env'), 'utf8')).not.toContain(machine.folder)
    }
    const findings = written.filter((text) => text.includes('✓ node'))
    expect(findings.map((text) => text.trimEnd().split('\n').at(-1))).toEqual(all.map(() => 'Nothing is wrong.'))
  })

  test('All jobs and the schedule come along, as they were, and the file says where they are.', async () => {
    const [stop, move] = [0, 1]
    await play('3. The jobs', stop)
    const list = 'offstage jobs list --limit 1000 --json'
    const before = await inShell(first, `export ${oldStore}\n${list}`)
    await play('3. The jobs', move)
    expect((await items<Job>('jobs', 'list')).length).toBeGreaterThan(2)
    expect(JSON.parse(await inShell(first, list))).toEqual(JSON.parse(before))
    expect((await slots()).map(({ outcome }) => outcome)).toContain('fired')
    const status = await first.run(`export ${oldStore}\noffstage status`, first.path('/srv/app'))
    expect(status).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('redis://***@10.0.0.1') })
  })

  test('Two workers on two machines share the jobs.', async () => {
    const unit = blocks.find(({ language }) => language === 'ini')
    for (const machine of all.slice(1)) machine.write(unitFile, unit?.text ?? '')
    await play('4. Two workers', 0)
    await eventually(async () => {
      expect((await workers()).map(({ host }) => host).sort()).toEqual(['worker-1', 'worker-2'])
    })
    expect((await play('4. Two workers', 1))[0]).toContain('Hello, Ada!')
    const ids = (await workers()).map(({ id }) => id).sort()
    await eventually(async () => {
      await offstage('run', 'hello', '--wait')
      const ran = await items<Job>('jobs', 'list', '--task', 'hello', '--limit', '1000')
      expect([...new Set(ran.map(({ worker }) => worker))].filter((id) => ids.includes(id ?? '')).sort()).toEqual(ids)
    })
  })

  test('One of them is cut off: the other goes on, and takes its jobs after the lease; then it comes back.', {
    timeout: 150_000,
  }, async () => {
    const drill = '5. Try what happens without one of them'
    const held = (worker: string | undefined) => async () =>
      (await items<Job>('jobs', 'list', '--queue', 'drill')).filter((job) => job.worker === worker)
    const [cut] = await aliveOn('worker-1')
    const [other] = await aliveOn('worker-2')
    await eventually(async () => {
      await play(drill, 0)
      await vi.waitFor(async () => expect(await held(cut?.id)()).not.toEqual([]), { timeout: 2_000, interval: 200 })
    })
    const before = await held(cut?.id)()
    await play(drill, 1)
    await eventually(async () => {
      const now = await held(other?.id)()
      for (const { id } of before)
        expect(now).toContainEqual(expect.objectContaining({ id, losses: 1, state: 'running' }))
    })
    await play(drill, 2)
    // It does not know yet, and goes on with them; when it hears of it, it ends them.
    expect((await second.run('pgrep -x sleep')).exitCode).toBe(0)
    await play(drill, 3)
    await eventually(async () => {
      expect(await aliveOn('worker-1')).toHaveLength(1)
      expect((await second.run('pgrep -x sleep || true')).stdout).toBe('')
    })
    await play(drill, 4)
    await eventually(async () => {
      const { items: states } = await json<{ items: Job[] }>('jobs', 'list', '--queue', 'drill')
      expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['cancelled']))
    })
    const [back] = await aliveOn('worker-1')
    await eventually(async () => {
      await offstage('run', 'hello', '--wait')
      const ran = await items<Job>('jobs', 'list', '--task', 'hello', '--limit', '5')
      expect(ran.map(({ worker }) => worker)).toContain(back?.id)
    })
  })

  test('Each time of the schedule was decided once.', async () => {
    // Otherwise one more may fire between both looks.
    await offstage('schedule', 'pause', 'greeting')
    const decided = (await slots()).reverse()
    expect(decided.length).toBeGreaterThan(10)
    for (const [index, { slot, through }] of decided.entries()) {
      const next = decided[index + 1]?.slot
      if (next !== undefined) expect(Date.parse(next) - Date.parse(through ?? slot)).toBe(2_000)
    }
    const jobs = decided.flatMap(({ job }) => job ?? [])
    expect(new Set(jobs).size).toBe(jobs.length)
    const stored = await items<Job>('jobs', 'list', '--schedule', 'greeting', '--limit', '1000')
    expect(stored.map(({ id }) => id).sort()).toEqual(jobs.sort())
  })
})
