import { readdirSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'

// The number of the entry in the vector that the kernel gives to each program.
const pageSizeEntry = 6
const usualPageBytes = 4_096

/** The size of a page of memory by the auxiliary vector of a process: it is 4 KB here, 16 or 64 KB on some ARM and POWER. */
export function pageSizeOf(vector: Buffer, wordBytes: 4 | 8): number {
  const read = (at: number) => {
    const isLittle = endianness() === 'LE'
    if (wordBytes === 4) return isLittle ? vector.readUInt32LE(at) : vector.readUInt32BE(at)
    return Number(isLittle ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at))
  }
  for (let at = 0; at + 2 * wordBytes <= vector.length; at += 2 * wordBytes) {
    if (read(at) === pageSizeEntry) return read(at + wordBytes)
  }
  return usualPageBytes
}

let knownPageBytes: number | null = null

/** The size of a page on this machine, in bytes. */
export function pageBytes(): number {
  const wordBytes = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8
  knownPageBytes ??= attempt(() => pageSizeOf(readFileSync('/proc/self/auxv'), wordBytes)) ?? usualPageBytes
  return knownPageBytes
}

/** The resident memory of a process, in bytes; null without /proc, or if there is no such process. */
export function residentBytes(pid: number): number | null {
  const statm = attempt(() => readFileSync(`/proc/${pid}/statm`, 'utf8'))
  return statm === null ? null : Number(statm.split(' ')[1]) * pageBytes()
}

interface Member {
  readonly pid: number
  readonly bytes: number
}

/** The memory of process groups, by one look at all processes of the machine. */
export class GroupMemory {
  readonly #members: ReadonlyMap<number, readonly Member[]>

  private constructor(members: ReadonlyMap<number, readonly Member[]>) {
    this.#members = members
  }

  /** Without /proc it knows no group. */
  static look(): GroupMemory {
    const members = new Map<number, Member[]>()
    for (const name of attempt(() => readdirSync('/proc')) ?? []) {
      const pid = Number(name)
      const found = Number.isInteger(pid) ? memberOf(pid) : null
      if (found === null) continue
      const others = members.get(found.group)
      if (others === undefined) members.set(found.group, [found])
      else others.push(found)
    }
    return new GroupMemory(members)
  }

  /**
   * What a group uses if that is more than `limitBytes`; else null. Pages that its processes share count once: those of a
   * program that has forked itself are the same.
   */
  over(group: number, limitBytes: number): number | null {
    const members = this.#members.get(group) ?? []
    const resident = members.reduce((sum, { bytes }) => sum + bytes, 0)
    if (resident <= limitBytes) return null
    if (members.length === 1) return resident
    const exact = members.reduce((sum, { pid, bytes }) => sum + (sharedOutBytes(pid) ?? bytes), 0)
    return exact > limitBytes ? exact : null
  }
}

function memberOf(pid: number): (Member & { readonly group: number }) | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === null) return null
  // Field 2 is the program's name in brackets and may hold anything; what follows the last bracket is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid, group: Number(fields[2]), bytes: Number(fields[21]) * pageBytes() }
}

/** The memory of a process, in bytes, with its part of what it shares with others. It takes the kernel milliseconds. */
function sharedOutBytes(pid: number): number | null {
  const rollup = attempt(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(rollup ?? '') ?? []
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

function attempt<T>(use: () => T): T | null {
  try {
    return use()
  } catch {
    return null
  }
}
