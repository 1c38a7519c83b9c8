import { Flags } from '@oclif/core'
import { parseDuration } from '../../domain/duration.js'
import type { KeyPolicy } from '../../domain/job.js'
import { type EnqueueOptions, keyName, parseExpires, parsePriority, parseTimeout } from '../../domain/request.js'
import { parseMaxRetries } from '../../domain/retry.js'
import { timeIn } from '../../domain/schedule/time.js'
import { namedZone } from '../named-zone.js'

/** The flags of one job. */
export const jobFlags = {
  delay: Flags.string({
    summary: 'Wait this long before it may start; implies --detach',
    helpValue: 'DURATION',
    exclusive: ['at'],
  }),
  at: Flags.string({
    summary: 'Start it at this time: ISO 8601, or HH:MM for the next such time; implies --detach',
    helpValue: 'TIME',
  }),
  queue: Flags.string({ char: 'q', summary: 'Put the job on this queue', helpValue: 'NAME' }),
  priority: Flags.integer({ summary: 'From -100 to 100; higher runs first. Default: 0', helpValue: 'N' }),
  retries: Flags.integer({ summary: 'How many attempts may follow a failed one', helpValue: 'N' }),
  timeout: Flags.string({ summary: 'Time limit of each attempt, or "none"', helpValue: 'DURATION' }),
  expires: Flags.string({ summary: 'Fail the job if it has not started within this time', helpValue: 'DURATION' }),
  key: Flags.string({ summary: 'Add no second job with this key until the first has ended', helpValue: 'KEY' }),
  'key-for': Flags.string({
    summary: 'Hold the key this long after the job has ended',
    helpValue: 'DURATION',
    dependsOn: ['key'],
  }),
  'on-conflict': Flags.option({ options: ['skip', 'replace', 'error'] as const })({
    summary: 'What to do if a job has the key. Default: skip',
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
  readonly 'key-for'?: string | undefined
  readonly 'on-conflict'?: KeyPolicy | undefined
}

/** The options that the flags give, checked here, so that errors name the flags. Throws UsageError. */
export function enqueueOptions(flags: JobFlagValues, now: number): EnqueueOptions {
  const { delay, at, queue, priority, retries, timeout, expires, key } = flags
  return {
    ...(delay === undefined ? {} : { delay: parseDuration(delay, '--delay') }),
    ...(at === undefined ? {} : { at: timeIn(namedZone(), at, '--at', now) }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority: parsePriority(priority, '--priority') }),
    ...(retries === undefined ? {} : { retries: parseMaxRetries(retries, '--retries') }),
    ...(timeout === undefined ? {} : { timeout: timeoutOf(timeout) }),
    ...(expires === undefined ? {} : { expires: parseExpires(expires, '--expires') }),
    ...(key === undefined ? {} : { key: keyName(key, '--key') }),
    ...(flags['key-for'] === undefined ? {} : { keyFor: parseDuration(flags['key-for'], '--key-for') }),
    ...(flags['on-conflict'] === undefined ? {} : { onConflict: flags['on-conflict'] }),
  }
}

function timeoutOf(text: string): number | false {
  return text === 'none' ? false : (parseTimeout(text, '--timeout', 'none') ?? false)
}
