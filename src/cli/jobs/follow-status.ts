import { NotFoundError } from '../../domain/errors.js'
import type { Job, JobId, Progress } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { Store } from '../../stores/store.js'
import { say } from '../say.js'
import { stateText } from './job-text.js'
import { ProgressLine } from './progress-line.js'

/** Says each new state of a job, and shows how far it is, until it is final or the signal fires. */
export async function followStatus(store: Store, id: JobId, signal: AbortSignal): Promise<void> {
  const bar = new ProgressLine(process.stderr)
  let state = ''
  let shown = ''
  const changes = store.changes()
  for (;;) {
    const job = await store.job(id)
    if (job === null)
      throw new NotFoundError('E_NO_JOB', `no job ${id}`, 'see "offstage jobs list" for those there are')
    const progress = (await store.progress([id])).get(id) ?? null
    if (sentence(job) !== state) bar.above(() => say(sentence(job)))
    if (job.state === 'running' && progress !== null && key(progress) !== shown)
      bar.show(progress.fraction, progress.message)
    state = sentence(job)
    shown = progress === null ? '' : key(progress)
    if (isFinal(job.state) || signal.aborted) return bar.above(() => {})
    await changes.next(1_000, signal)
  }
}

function sentence(job: Job): string {
  return `${job.id} ${stateText(job)}${job.attempt === 0 ? '' : `, attempt ${job.attempt}`}`
}

function key({ fraction, message }: Progress): string {
  return `${fraction} ${message}`
}
