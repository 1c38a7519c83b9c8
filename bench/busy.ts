import { inBatches } from './in-flight.js'
import type { Measurement } from './measure.js'
import type { Project } from './projects.js'
import { addMany, storeAt, storeUrl } from './systems/offstage.js'
import { startWorker } from './systems/offstage-worker.js'

/** Ten milliseconds of work a job, in one task process and in as many as a worker starts by itself. */
export function busyMeasurements(project: Project, jobs: number): Measurement[] {
  return [
    draining(project, 'busy.one', 'one task process', jobs, ['--processes', '1']),
    draining(project, 'busy.default', 'as many as it starts by itself', jobs, []),
  ]
}

function draining(project: Project, id: string, which: string, jobs: number, args: readonly string[]): Measurement {
  const run = async (folder: string, count: number) => {
    const url = storeUrl(folder)
    const store = await storeAt(url)
    await inBatches(count, 1_000, (numbers) => addMany(store, 'busy', numbers))
    const worker = await startWorker(project, url, args)
    try {
      return await worker.drain(count)
    } finally {
      await worker.stop()
      await store.close()
    }
  }
  return { id, work: 'jobs of 10 ms of work', which, jobs, warmsUp: false, run }
}
