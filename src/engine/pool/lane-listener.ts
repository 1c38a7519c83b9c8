import type { Usage } from '../../domain/job.js'
import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { ProcessExit } from '../hosts/process-exit.js'
import type { TaskHost, TaskHostListener } from '../hosts/task-host.js'
import type { AttemptEnd } from '../ipc/messages.js'
import type { Lane } from './lane.js'

/** What the jobs of a lane do, told in the order in which it happens. */
export interface LaneListener extends Pick<TaskHostListener, 'output' | 'progress' | 'enqueue' | 'spawned'> {
  ready(lane: Lane): void
  started(entry: RunningAttempt): void
  ended(lane: Lane, ends: readonly { readonly entry: RunningAttempt; readonly end: AttemptEnd }[]): void
  /** Their code never started: they were recalled, or their process ended first. */
  returned(lane: Lane, entries: readonly RunningAttempt[]): void
  usage(entry: RunningAttempt, usage: Usage): void
  /** Its process is to be replaced as soon as nothing runs in it. */
  recycle(lane: Lane): void
  /** What ran when the process ended. Another one takes its place. */
  exited(lane: Lane, exit: ProcessExit, running: readonly RunningAttempt[]): void
}

/** Starts what runs the jobs of a lane. */
export type StartHost = (listener: TaskHostListener) => TaskHost
