import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { temporaryFolder } from './folder.js'

// All of them end with their standard input, and so with the test process, however that ends. Nothing has a name outside.
const machineNamespaces = ['--net', '--uts', '--ipc', '--pid', '--fork', '--mount-proc', '--kill-child']
const canMake =
  process.platform === 'linux' &&
  spawnSync('unshare', [
    ...machineNamespaces,
    'sh',
    '-c',
    'ip link add br0 type bridge && ip link add eth0 type veth peer name eth1',
  ]).status === 0

/** Why this machine cannot make others; null: it can. */
export const noMachines = canMake ? null : 'needs root, namespaces of networks, and ip (iproute2)'

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | undefined
}

/** A network of machines: each with an address, a host name, process ids and a folder for its files of its own. */
export class Network {
  readonly #folder = temporaryFolder()
  readonly #switch: ChildProcess
  readonly #machines: Machine[] = []

  private constructor(child: ChildProcess) {
    this.#switch = child
  }

  static async start(): Promise<Network> {
    const child = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const network = new Network(child)
    await answers(child)
    network.#ip('link', 'add', 'br0', 'type', 'bridge')
    network.#ip('link', 'set', 'br0', 'up')
    return network
  }

  #ip(...args: readonly string[]): void {
    execFileSync('nsenter', [`--target=${this.#switch.pid}`, '--net', 'ip', ...args])
  }

  /** Adds a machine whose `eth0` has this address. */
  async add(name: string, address: string): Promise<Machine> {
    const script = 'echo "$1" > /proc/sys/kernel/hostname; cat; exit'
    const args = [...machineNamespaces, 'sh', '-c', script, 'sh', name]
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    await answers(child)
    const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    const port = `port${this.#machines.length}`
    this.#ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', first)
    this.#ip('link', 'set', port, 'master', 'br0', 'up')
    const machine = new Machine(address, join(this.#folder.path, name), child, first)
    this.#machines.push(machine)
    const up = await machine.run(`ip addr add ${address}/24 dev eth0; ip link set eth0 up; ip link set lo up`)
    if (up.exitCode !== 0) throw new Error(up.stderr)
    return machine
  }

  /** Ends all machines with what runs on them. */
  async stop(): Promise<void> {
    for (const machine of this.#machines) await machine.end()
    await ended(this.#switch)
    this.#folder.remove()
  }
}

/** Commands run on it; paths in them are those of its folder. */
export class Machine {
  readonly address: string
  readonly folder: string
  readonly #process: ChildProcess
  readonly #inside: readonly string[]

  constructor(address: string, folder: string, child: ChildProcess, first: string) {
    this.address = address
    this.folder = folder
    this.#process = child
    this.#inside = [`--target=${first}`, '--net', '--uts', '--ipc', '--pid', '--mount']
    mkdirSync(folder, { recursive: true })
  }

  /** The text with the paths of a machine (`/srv`, `/etc`, `/var`, `/usr/local`) below the folder of this one. */
  placed(text: string): string {
    return text.replace(/(?<![\w.])\/(?=(?:srv|etc|var|usr\/local)\/)/g, `${this.folder}/`)
  }

  path(file: string): string {
    return this.placed(file)
  }

  write(file: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(file)), { recursive: true })
    writeFileSync(this.path(file), this.placed(text), { mode })
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8')
  }

  /** Runs lines of shell; the first one that fails ends them. Default folder: that of the machine. */
  async run(script: string, cwd = this.folder): Promise<Ended> {
    const env = {
      PATH: `${this.folder}/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: this.folder,
      MACHINE: this.folder,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      OFFSTAGE_CACHE_DIR: join(this.folder, 'cache'),
    }
    const args = [...this.#inside, `--wd=${cwd}`, 'sh', '-ec', this.placed(script)]
    const options = { env, extendEnv: false, reject: false, stdin: 'ignore', timeout: 60_000 } as const
    const { stdout, stderr, exitCode } = await execa('nsenter', args, options)
    return { stdout, stderr, exitCode }
  }

  async end(): Promise<void> {
    await ended(this.#process)
  }
}

async function answers(child: ChildProcess): Promise<void> {
  child.stdin?.write('here\n')
  if (child.stdout !== null) await once(child.stdout, 'data')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.stdin?.end()
  await once(child, 'exit')
}
