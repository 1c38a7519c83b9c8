import { type RemovedJob, removeJobs } from '../../app/jobs/remove-jobs.js'
import { finalStates } from '../../domain/transitions.js'
import type { BulkAction } from './bulk.js'

const keyHeld = 'the unique key is held for some time yet'

const texts: Readonly<Record<RemovedJob['answer'], string>> = {
  removed: 'removed',
  unended: 'has not ended: cancel it first',
  'key-held': `stays: ${keyHeld}`,
  unknown: 'is no job',
}

export const removing: BulkAction<RemovedJob> = {
  verb: 'remove',
  past: 'removed',
  states: finalStates,
  done: ['removed'],
  refused: ['unended', 'key-held'],
  kept: { 'key-held': keyHeld },
  act: removeJobs,
  text: ({ id, answer }) => `${id} ${texts[answer]}`,
}
