/** The keys of what `--json` shows, as programs rely on them. */
const listed = [
  'id',
  'task',
  'queue',
  'state',
  'reason',
  'priority',
  'args',
  'key',
  'createdAt',
  'dueAt',
  'startedAt',
  'endedAt',
  'attempt',
  'failures',
  'losses',
  'maxRetries',
  'timeoutMs',
  'progress',
  'error',
  'worker',
  'schedule',
  'explanation',
]

export const shapes = {
  job: [...listed, 'result', 'attempts'].sort(),
  listedJob: [...listed].sort(),
  attempt: ['attempt', 'durationMs', 'endedAt', 'endedBy', 'error', 'reason', 'startedAt', 'state', 'usage', 'worker'],
  error: ['message', 'name', 'stack'],
  errorWithoutStack: ['message', 'name'],
  status: ['failures', 'health', 'queues', 'schedules', 'workers'],
  queue: ['cancelled', 'completed', 'failed', 'latencyMs', 'name', 'paused', 'queued', 'running', 'scheduled'],
  worker: ['concurrency', 'host', 'id', 'lastBeatAt', 'pid', 'running', 'startedAt'],
  runningJob: ['id', 'startedAt', 'task'],
  task: ['file', 'line', 'maxRetries', 'name', 'queue', 'schedule', 'timeoutMs'],
  fault: ['file', 'message'],
} as const

export function keysOf(value: unknown): string[] {
  return Object.keys(value as object).sort()
}
