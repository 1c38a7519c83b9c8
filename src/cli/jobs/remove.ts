import { type RemovedJob, removeJobs } from '../../app/jobs/remove-jobs.js'
import { finalStates } from '../../domain/transitions.js'
import type { BulkAction } from './bulk.js'

const texts: Readonly<Record<RemovedJob['answer'], string>> = {
  removed: 'removed',
  unended: 'has not ended: cancel it first',
  'key-held': 'stays: its unique key is held for some time yet',
  unknown: 'is no job',
}

export const removing: BulkAction<RemovedJob> = {
  verb: 'remove',
  past: 'removed',
  states: finalStates,
  done: ['removed'],
  refused: ['unended', 'key-held'],
  act: removeJobs,
  text: ({ id, answer }) => `${id} ${texts[answer]}`,
}
