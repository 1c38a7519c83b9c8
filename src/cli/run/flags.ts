import { Flags } from '@oclif/core'
import { parseDuration } from '../../domain/duration.js'
import type { KeyPolicy } from '../../domain/job.js'
import { type EnqueueOptions, keyName, parseExpires, parsePriority, parseTimeout } from '../../domain/request.js'
import { parseMaxRetries } from '../../domain/retry.js'
import { machineZone } from '../../domain/schedule/local-time.js'
import { timeIn } from '../../domain/schedule/time.js'

/** The flags of one job. */
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

/** The options that the flags give, checked here, so that errors name the flags. Throws UsageError. */
export function enqueueOptions(flags: JobFlagValues, now: number): EnqueueOptions {
  const { delay, at, queue, priority, retries, timeout, expires, key } = flags
  return {
    ...(delay === undefined ? {} : { delay: parseDuration(delay, '--delay') }),
    ...(at === undefined ? {} : { at: timeIn(machineZone(), at, '--at', now) }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority: parsePriority(priority, '--priority') }),
    ...(retries === undefined ? {} : { retries: parseMaxRetries(retries, '--retries') }),
    ...(timeout === undefined ? {} : { timeout: timeoutOf(timeout) }),
    ...(expires === undefined ? {} : { expires: parseExpires(expires, '--expires') }),
    ...(key === undefined ? {} : { key: keyName(key, '--key') }),
    ...(flags['on-conflict'] === undefined ? {} : { onConflict: flags['on-conflict'] }),
  }
}

function timeoutOf(text: string): number | false {
  return text === 'none' ? false : (parseTimeout(text, '--timeout', 'none') ?? false)
}
