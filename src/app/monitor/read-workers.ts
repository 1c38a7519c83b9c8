import type { Job } from '../../domain/job.js'
import type { SeenWorker } from '../../views/worker.js'
import type { MonitoredWorker } from './monitor-data.js'

/** The workers as the monitor shows them. One whose process has ended is dead, until another takes its jobs. */
export function monitoredWorkers(workers: readonly SeenWorker[], running: readonly Job[]): readonly MonitoredWorker[] {
  return workers.map(({ worker, standing }) => {
    const { id, host, startedAt, lastBeatAt, concurrency, queues, processes, rssBytes, scheduler } = worker
    return {
      id,
      state: standing === 'expired' ? 'dead' : standing,
      host,
      pid: worker.process.pid,
      startedAt,
      lastBeatAt,
      concurrency,
      busy: running.filter((job) => job.worker === id).length,
      queues,
      processes: processes.length,
      rssBytes: rssBytes === null ? null : processes.reduce((sum, { rssBytes: own }) => sum + (own ?? 0), rssBytes),
      hasScheduler: scheduler,
    }
  })
}
