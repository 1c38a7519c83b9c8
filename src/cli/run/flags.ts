import { Flags } from '@oclif/core'
import type { KeyPolicy } from '../../domain/job.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { machineZone } from '../../domain/schedule/local-time.js'
import { timeIn } from '../../domain/schedule/time.js'

/** What can be said of one job on the command line. */
export const jobFlags = {
  delay: Flags.string({
    summary: 'Run it no sooner than this long from now',
    helpValue: 'DURATION',
    exclusive: ['at'],
  }),
  at: Flags.string({ summary: 'Run it at this time: ISO 8601, or HH:MM for the next one', helpValue: 'TIME' }),
  queue: Flags.string({ char: 'q', summary: 'The queue to put it on', helpValue: 'NAME' }),
  priority: Flags.integer({ summary: '-100 to 100, higher first', helpValue: 'N' }),
  retries: Flags.integer({ summary: 'Attempts after the first that failed', helpValue: 'N' }),
  timeout: Flags.string({ summary: 'Limit of one attempt, or "none"', helpValue: 'DURATION' }),
  expires: Flags.string({ summary: 'Fail it if it is not started within this long', helpValue: 'DURATION' }),
  key: Flags.string({ summary: 'No second job with this key while one is not final', helpValue: 'KEY' }),
  'on-conflict': Flags.option({ options: ['skip', 'replace', 'error'] as const })({
    summary: 'What to do when the key is taken',
    dependsOn: ['key'],
  }),
}

export interface JobFlagValues {
  readonly delay?: string | undefined
  readonly at?: string | undefined
  readonly queue?: string | undefined
  readonly priority?: number | undefined
  readonly retries?: number | undefined
  readonly timeout?: string | undefined
  readonly expires?: string | undefined
  readonly key?: string | undefined
  readonly 'on-conflict'?: KeyPolicy | undefined
}

export function enqueueOptions(flags: JobFlagValues, now: number): EnqueueOptions {
  const { delay, at, queue, priority, retries, timeout, expires, key } = flags
  return {
    ...(delay === undefined ? {} : { delay }),
    ...(at === undefined ? {} : { at: timeIn(machineZone(), at, '--at', now) }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority }),
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeout: timeout === 'none' ? false : timeout }),
    ...(expires === undefined ? {} : { expires }),
    ...(key === undefined ? {} : { key }),
    ...(flags['on-conflict'] === undefined ? {} : { onConflict: flags['on-conflict'] }),
  }
}
