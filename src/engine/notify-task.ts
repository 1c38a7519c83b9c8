import { defaultGraceMs } from '../domain/job.js'
import { notificationRetries, notifyTask } from '../domain/notification.js'
import { plainTaskDefaults } from '../domain/request.js'
import type { TaskInfo } from './ipc/messages.js'

/** The built-in task that delivers notifications: a worker starts a program for each, and uses no network itself. */
export const notifyTaskInfo: TaskInfo = {
  ...plainTaskDefaults,
  ...notificationRetries,
  name: notifyTask,
  description: null,
  file: '',
  line: 0,
  graceMs: defaultGraceMs,
  isolation: 'shared',
  kind: 'program',
  parameters: 0,
  schedule: null,
}

/** The program that delivers one notification, and what it reads. */
export interface DeliveryProgram {
  readonly file: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly stdin: string
}

/** How to deliver a notification, as JSON text, to a target of the config. Throws if there is no such target. */
export type Deliver = (target: string, notification: string) => DeliveryProgram
