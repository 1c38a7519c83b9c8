import type { FoundJobs } from '../../app/jobs/found-jobs.js'

export function plural(count: number): string {
  return `${count} job${count === 1 ? '' : 's'}`
}

/** `168 failed jobs of mail.send` */
export function foundText({ ids, states, task }: FoundJobs): string {
  const state = states.length === 1 ? `${states[0]} ` : ''
  return `${ids.length} ${state}job${ids.length === 1 ? '' : 's'}${task === null ? '' : ` of ${task}`}`
}

/** `would retry 168 failed jobs of mail.send (first j48001, last j48190); 3 are older and stay` */
export function dryRunText(verb: string, found: FoundJobs, older: number): string {
  const { ids } = found
  const ends = ids.length < 2 ? (ids[0] ?? '') : `first ${ids[0]}, last ${ids.at(-1)}`
  const stay = older === 0 ? '' : `; ${older} ${older === 1 ? 'is older and stays' : 'are older and stay'}`
  return `would ${verb} ${foundText(found)}${ends === '' ? '' : ` (${ends})`}${stay}`
}
