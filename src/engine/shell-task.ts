import { defaultGraceMs } from '../domain/job.js'
import { plainTaskDefaults } from '../domain/request.js'
import { shellTask } from '../domain/shell-task.js'
import type { TaskInfo } from './ipc/messages.js'

/** No time limit, as of any program, and no retries: a person who types a command wants to see how it ends. */
export const shellTaskInfo: TaskInfo = {
  ...plainTaskDefaults,
  name: shellTask,
  description: null,
  file: '',
  line: 0,
  graceMs: defaultGraceMs,
  isolation: 'shared',
  kind: 'command',
  parameters: 0,
  schedule: null,
  maxRetries: 0,
  timeoutMs: null,
}
