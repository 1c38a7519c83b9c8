import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { NewWorker, ProcessIdentity, WorkerInfo, WorkerVitals } from '../stores/store.js'
import { residentBytes } from './memory.js'

/** The id of this boot; null where the system has no /proc. */
export function thisBoot(): string | null {
  return attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
}

/** Identifies a process by pid and start time. null if there is no such process. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === null) return isThere(pid) ? { pid, startTicks: null } : null
  // Field 2 is the program's name in brackets and may hold anything; what follows the last bracket is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const startTicks = Number(fields[19])
  return state === 'Z' || state === 'X' ? null : { pid, startTicks }
}

/** Describes this process for its worker record. */
export function thisHost(): Pick<NewWorker, 'process' | 'host' | 'bootId' | 'pidNamespace'> {
  return {
    process: identify(process.pid) ?? { pid: process.pid, startTicks: null },
    host: hostname(),
    bootId: thisBoot(),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  }
}

/**
 * Whether a worker's process has certainly ended. That is known only for a worker of the same boot and pid namespace.
 * Any other worker keeps its jobs until its lease expires.
 */
export function hasEnded(worker: WorkerInfo, here: Pick<NewWorker, 'bootId' | 'pidNamespace'>): boolean {
  return isHere(worker, here) && !isStill(worker.process)
}

/** Whether the pids of a worker mean the same processes here. */
export function isHere(worker: WorkerInfo, here: Pick<NewWorker, 'bootId' | 'pidNamespace'>): boolean {
  if (here.bootId === null || here.pidNamespace === null) return false
  return worker.bootId === here.bootId && worker.pidNamespace === here.pidNamespace
}

/** Whether the process is still the one that was recorded. */
export function isStill(recorded: ProcessIdentity): boolean {
  const found = identify(recorded.pid)
  return found !== null && (recorded.startTicks === null || found.startTicks === recorded.startTicks)
}

/**
 * Kills the process group of a recorded process, even if its leader has ended: while the group has a member, no other
 * process can get its number.
 */
export function endGroup(recorded: ProcessIdentity): void {
  const isOther = identify(recorded.pid) !== null && !isStill(recorded)
  if (recorded.startTicks === null || isOther) return
  attempt(() => process.kill(-recorded.pid, 'SIGKILL'))
}

function isThere(pid: number): boolean {
  return attempt(() => process.kill(pid, 0)) ?? false
}

function attempt<T>(use: () => T): T | null {
  try {
    return use()
  } catch {
    return null
  }
}

/** What a worker reports of itself with each beat. */
export function vitalsOf(processes: readonly ProcessIdentity[]): WorkerVitals {
  const own = process.memoryUsage.rss()
  return { processes: processes.map((task) => ({ ...task, rssBytes: residentBytes(task.pid) })), rssBytes: own }
}
