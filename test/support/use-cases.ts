import { onTestFinished } from 'vitest'
import type { Context } from '../../src/app/context.js'
import type { ProjectTasks } from '../../src/app/project-tasks.js'
import type { StopSignals } from '../../src/app/stop-signals.js'
import { defaultRetention } from '../../src/domain/retention.js'
import { systemClock } from '../../src/engine/clock.js'
import type { TaskInfo } from '../../src/engine/ipc/messages.js'
import { TaskPool } from '../../src/engine/pool/task-pool.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import type { Store } from '../../src/stores/store.js'
import { someTurns } from './attempts.js'
import { type FakeHost, fakeHosts } from './fake-host.js'

/** What a use case gets in a project whose task processes run no code, and whose store is in memory. */
export interface FakeProject {
  readonly context: Context
  readonly store: Store
  readonly tasks: ProjectTasks
  readonly hosts: readonly FakeHost[]
}

/** A project of these tasks. The faults are of its modules. */
export async function fakeProject(
  infos: readonly TaskInfo[],
  faults: readonly { readonly file: string; readonly message: string }[] = [],
): Promise<FakeProject> {
  const { start, hosts } = fakeHosts(infos)
  const pool = new TaskPool({ start, cwd: '/' }, systemClock, () => {})
  onTestFinished(() => pool.end())
  await someTurns() // a real process is ready as soon as it has its catalog
  const project = {
    root: '/',
    tasksFolder: '/tasks',
    store: null,
    redact: [],
    tz: 'UTC',
    retention: defaultRetention,
    targets: new Map(),
    schedules: {},
  }
  const context: Context = {
    project,
    location: { kind: 'memory' },
    redact: [],
    retention: defaultRetention,
    maxMemoryBytes: null,
    from: '/',
  }
  const tasks = { pool, catalog: { ...(await pool.catalog), faults } }
  return { context, store: openMemoryStore(systemClock), tasks, hosts }
}

/** Signals that a test gives. */
export function testSignals(): StopSignals & { stop(): void; stopNow(): void } {
  const [graceful, immediate] = [new AbortController(), new AbortController()]
  return {
    graceful: graceful.signal,
    immediate: immediate.signal,
    stop: () => graceful.abort(),
    stopNow: () => immediate.abort(),
  }
}
