import { join } from 'node:path'
import { makeJob, plainTaskDefaults } from '../../src/domain/request.js'
import { systemClock } from '../../src/engine/clock.js'
import { openStore, parseStoreUrl } from '../../src/open.js'
import type { Durability } from '../../src/stores/sqlite/database.js'
import type { Store } from '../../src/stores/store.js'
import type { Project } from '../projects.js'
import { startWorker } from './offstage-worker.js'
import { type Queue, type System, type Work, works } from './system.js'

/** Offstage as any other queue: jobs through its store, and `workers start` as it is installed. */
export function offstage(project: Project): readonly [full: System, relaxed: System] {
  return [system(project, 'full'), system(project, 'relaxed')]
}

function system(project: Project, durability: Durability): System {
  return {
    id: `offstage-${durability}`,
    title: `Offstage, ${durability}`,
    works: Object.keys(works) as Work[],
    shares: {},
    missing: () => null,
    withBackend: (folder, use) => use(storeUrl(folder, durability)),
    open,
    startWorker: (address, concurrency) => startWorker(project, address, ['--concurrency', String(concurrency)]),
  }
}

export function storeUrl(folder: string, durability: Durability = 'full'): string {
  return `sqlite:${join(folder, 'jobs.db')}?durability=${durability}`
}

async function open(address: string): Promise<Queue> {
  const store = await storeAt(address)
  return {
    add: (data) =>
      store.enqueue([typeof data === 'number' ? job('noop', data) : job('pickUp', data.sentAt, data.file)]),
    addMany: (numbers) => addMany(store, 'noop', numbers),
    close: () => store.close(),
  }
}

export function addMany(store: Store, task: string, numbers: readonly number[]): Promise<unknown> {
  return store.enqueue(numbers.map((n) => job(task, n)))
}

/** As any caller makes it: arguments to JSON, options checked. */
function job(task: string, ...args: readonly unknown[]) {
  return makeJob(task, plainTaskDefaults, JSON.stringify(args), {}, systemClock.now())
}

export function storeAt(url: string): Promise<Store> {
  return openStore(parseStoreUrl(url, '/'), systemClock)
}
