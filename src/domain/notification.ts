import { parseDuration } from './duration.js'
import { UsageError } from './errors.js'
import type { Attempt, EpochMs, Job, JobId, NewJob } from './job.js'
import { isTaskName, nearestName } from './names.js'
import { refuseUnknownOptions, written } from './options.js'
import type { Backoff } from './retry.js'
import { shellTask } from './shell-task.js'

/** Who gets to know of a final failure, as the config names it: a task, a command, or a URL. */
export type NotifyTarget = string | NotifyCommand | NotifyUrl

/** A program with its arguments, in the project's folder; the notification is on its stdin, as JSON. */
export interface NotifyCommand {
  readonly command: readonly string[]
}

/** The notification is the body of a POST, as JSON. */
export interface NotifyUrl {
  readonly url: string
  /** Signs the body: `X-Offstage-Signature: sha256=HEX` is its HMAC-SHA256. Default: no signature. */
  readonly secret?: string
  /** How long the receiver may take. Default `10s`, which is the longest too. */
  readonly timeout?: number | string
}

/** Notifications of a project, as its config has them. */
export interface NotifyOptions {
  /** Called for each final failure. */
  readonly onFailed?: NotifyTarget
  /** Others, by the names that the `notify` of a schedule may have. */
  readonly targets?: Readonly<Record<string, NotifyTarget>>
}

/** A target, checked. */
export type Target =
  | { readonly kind: 'task'; readonly task: string }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'url'; readonly url: string; readonly secret: string | null; readonly timeoutMs: number }

/** The targets of a project by their names. Its `onFailed` is one of them, under that name. */
export type Targets = ReadonlyMap<string, Target>

/** The name of the target that gets every failure which no schedule directs elsewhere. */
export const onFailed = 'onFailed'

/** The built-in task that delivers to URLs and commands. No task of a project can have its name. */
export const notifyTask = 'offstage.notify'

/**
 * Where notifications to URLs and commands wait, whatever queue the job was on: that one may be paused, cleared, or served by
 * nobody. Every worker serves it beside its own queues.
 */
export const notifyQueue = 'offstage.notify'

/** A job that has just failed for good. */
export interface FailedJob {
  readonly job: Job
  readonly attempts: readonly Attempt[]
  /** The `notify` of its schedule: the name of a target, false for none; null: nothing is said. */
  readonly notify: string | false | null
}

/**
 * The notification of a failure; null: nobody gets one. Stores ask for it, and store that job, in the transaction in
 * which a job fails: a crash loses both or neither.
 */
export type NotificationPolicy = (failed: FailedJob) => NewJob | null

/** What the unique keys of notifications begin with. */
export const notificationKeys = 'offstage:notify:'

/** The unique key that marks a job as a notification. Users cannot give such a key. */
export function notificationKey(job: JobId, endedAt: EpochMs): string {
  return `${notificationKeys}${job}:${endedAt}`
}

/** Whether a key is reserved for notifications. */
export function isNotificationKey(key: string | null): boolean {
  return typeof key === 'string' && key.startsWith(notificationKeys)
}

/** The retries of a notification: waits of 1 s, doubled up to an hour, a bit less than a day in all. */
export const notificationRetries: { readonly maxRetries: number; readonly backoff: Backoff } = {
  maxRetries: 33,
  backoff: { initialDelayMs: 1_000, maxDelayMs: 3_600_000, exponentialBackoff: true, factor: 2, jitter: false },
}

/** Checks the `notify` of a config. Throws UsageError that names the setting. */
export function parseTargets(options: NotifyOptions): Targets {
  refuseUnknownOptions(options, ['onFailed', 'targets'], 'notify')
  const { targets = {} } = options
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new UsageError('E_NOTIFY', 'notify.targets is no object of targets')
  }
  const all = new Map<string, Target>()
  if (options.onFailed !== undefined) all.set(onFailed, parseTarget(options.onFailed, 'notify.onFailed'))
  for (const [name, target] of Object.entries(targets)) {
    const setting = `notify.targets.${name}`
    if (name === onFailed) throw new UsageError('E_NOTIFY', `${setting}: the name is taken`, 'write notify.onFailed')
    all.set(name, parseTarget(target, setting))
  }
  return all
}

const forms = 'write the name of a task, { command: ["./tell.sh"] }, or { url: "https://...", secret: "..." }'
const longestMs = 10_000

function parseTarget(target: unknown, setting: string): Target {
  if (target === shellTask || target === notifyTask) {
    // As a command line the payload of a failure would be run.
    throw new UsageError('E_NOTIFY', `${setting}: the built-in task ${target} cannot be told of a failure`, forms)
  }
  if (typeof target === 'string' && isTaskName(target)) return { kind: 'task', task: target }
  if (typeof target !== 'object' || target === null || Array.isArray(target)) {
    throw new UsageError('E_NOTIFY', `${setting}: ${written(target)} is no target`, forms)
  }
  if ('command' in target) return parseCommand(target as NotifyCommand, setting)
  if ('url' in target) return parseUrl(target as NotifyUrl, setting)
  throw new UsageError('E_NOTIFY', `${setting} has neither a command nor a url`, forms)
}

function parseCommand(target: NotifyCommand, setting: string): Target {
  refuseUnknownOptions(target, ['command'], setting)
  const words: unknown = target.command
  const isCommand = Array.isArray(words) && words.every((word) => typeof word === 'string') && Boolean(words[0])
  if (isCommand) return { kind: 'command', command: words as readonly string[] }
  throw new UsageError('E_NOTIFY', `${setting}.command is no list of texts`, 'such as ["./tell.sh", "--urgent"]')
}

function parseUrl(target: NotifyUrl, setting: string): Target {
  refuseUnknownOptions(target, ['url', 'secret', 'timeout'], setting)
  // The URL is in no message: of some services it is a secret itself.
  const url = typeof target.url === 'string' ? URL.parse(target.url) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('E_NOTIFY', `${setting}.url is no http or https URL`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('E_NOTIFY', `${setting}.url has a user or a password in it`, 'sign with a secret instead')
  }
  const secret: unknown = target.secret
  if (secret !== undefined && (typeof secret !== 'string' || secret === '')) {
    throw new UsageError('E_NOTIFY', `${setting}.secret is no text, or an empty one`)
  }
  const timeoutMs = target.timeout === undefined ? longestMs : parseDuration(target.timeout, `${setting}.timeout`)
  if (timeoutMs === 0 || timeoutMs > longestMs) {
    throw new UsageError('E_NOTIFY', `${setting}.timeout is not between 1ms and 10s`)
  }
  return { kind: 'url', url: url.href, secret: secret ?? null, timeoutMs }
}

/** Checks the `notify` of a schedule against the targets that there are. Throws UsageError. */
export function refuseUnknownTarget(notify: string | false | null, targets: Targets, option: string): void {
  if (notify === null || notify === false || targets.has(notify)) return
  const names = [...targets.keys()]
  const nearest = nearestName(notify, names)
  const known = names.length === 0 ? 'add it to notify.targets in the config' : `known are ${names.join(', ')}`
  const hint = nearest === null ? known : `did you mean "${nearest}"?`
  throw new UsageError('E_NOTIFY', `${option}: the config has no target ${JSON.stringify(notify)}`, hint)
}

/** What is wrong with targets that are tasks, in the order of the config: the project does not have the task. */
export function targetFaults(targets: Targets, tasks: readonly string[]): readonly string[] {
  return [...targets].flatMap(([name, target]) => {
    if (target.kind !== 'task' || tasks.includes(target.task)) return []
    const setting = name === onFailed ? 'notify.onFailed' : `notify.targets.${name}`
    const nearest = nearestName(target.task, tasks)
    const hint = nearest === null ? '' : `; did you mean "${nearest}"?`
    return [`${setting}: there is no task ${target.task}: nobody would be told of failures${hint}`]
  })
}
