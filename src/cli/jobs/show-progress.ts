import { watchJob } from '../../app/jobs/watch-job.js'
import type { Job, JobId, Progress } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { say } from '../say.js'
import { stateText } from './job-text.js'
import { ProgressLine } from './progress-line.js'

/** Says each new state of a job, and shows its progress, until it is final or the signal fires. Resolves to the job. */
export async function showProgress(store: Store, id: JobId, signal: AbortSignal): Promise<Job> {
  const bar = new ProgressLine(process.stderr)
  let state = ''
  let shown = ''
  let last: Job | null = null
  for await (const { job, progress } of watchJob(store, id, signal)) {
    last = job
    if (sentence(job) !== state) bar.above(() => say(sentence(job)))
    if (job.state === 'running' && progress !== null && key(progress) !== shown)
      bar.show(progress.fraction, progress.message)
    state = sentence(job)
    shown = progress === null ? '' : key(progress)
  }
  bar.above(() => {})
  if (last === null) throw new Error('nothing was followed')
  return last
}

function sentence(job: Job): string {
  return `${job.id} ${stateText(job)}${job.attempt === 0 ? '' : `, attempt ${job.attempt}`}`
}

function key({ fraction, message }: Progress): string {
  return `${fraction} ${message}`
}
