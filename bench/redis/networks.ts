import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'

/** Networks of their own for workers, as if each were on a machine of its own, on a bridge to this one. */
export interface Networks {
  /** The address of this machine on the bridge. */
  readonly host: string
  /** The words of a command that runs another one in the network of the worker with this number. */
  within(worker: number): readonly string[]
  remove(): void
}

/** As many network namespaces. A text: why there are none. Removes them if the benchmark ends in between, too. */
export function makeNetworks(count: number): Networks | string {
  if (process.platform !== 'linux') return 'only Linux has network namespaces'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  // The name of an interface has 15 letters at most.
  const name = `ob${process.pid % 1_000_000}`
  const subnet = freeSubnet()
  const remove = () => {
    process.off('exit', remove)
    for (let n = 1; n <= count; n++) {
      ip('link', 'del', `${name}-${n}`)
      ip('netns', 'del', `${name}-${n}`)
    }
    ip('link', 'del', name)
  }
  process.on('exit', remove)
  const commands = [
    ['link', 'add', name, 'type', 'bridge'],
    ['addr', 'add', `${subnet}.254/24`, 'dev', name],
    ['link', 'set', name, 'up'],
  ]
  for (let n = 1; n <= count; n++) {
    const own = `${name}-${n}`
    commands.push(
      ['netns', 'add', own],
      ['link', 'add', own, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own],
      ['link', 'set', own, 'master', name, 'up'],
      ['-n', own, 'addr', 'add', `${subnet}.${n}/24`, 'dev', 'eth0'],
      ['-n', own, 'link', 'set', 'eth0', 'up'],
      ['-n', own, 'link', 'set', 'lo', 'up'],
    )
  }
  for (const words of commands) {
    const why = ip(...words)
    if (why === null) continue
    remove()
    return `ip ${words.join(' ')}: ${why}`
  }
  return { host: `${subnet}.254`, within: (worker) => ['ip', 'netns', 'exec', `${name}-${worker + 1}`], remove }
}

/** Why it failed; null if it did not. */
function ip(...words: readonly string[]): string | null {
  const { status, signal, stderr, error } = spawnSync('ip', words, { encoding: 'utf8' })
  // A second Ctrl-C ends it too, while this process clears up.
  if (signal !== null) return ip(...words)
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

function freeSubnet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
  for (let third = 1; third < 255; third++) {
    const subnet = `10.251.${third}`
    if (!taken.some((address) => address.startsWith(`${subnet}.`))) return subnet
  }
  throw new Error('no subnet of 10.251.0.0/16 is free')
}
