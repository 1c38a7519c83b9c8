import { formatDuration } from '../domain/duration.js'
import type { EpochMs } from '../domain/job.js'
import type { StatusJson } from '../views/status.js'
import { queuesTable } from './queues/queues-table.js'
import { lastText, nextCell } from './schedules/schedules-table.js'
import { table } from './table.js'

export async function statusText(status: StatusJson, now: EpochMs): Promise<string> {
  const queues =
    status.queues.length === 0 ? 'No jobs yet. Run one: offstage run TASK' : await queuesTable(status.queues)
  const schedules = status.schedules.length === 0 ? '' : `\n\n${await schedulesText(status.schedules, now)}`
  return `${queues}\n\n${await workersText(status.workers, now)}${schedules}`
}

async function workersText(workers: StatusJson['workers'], now: EpochMs): Promise<string> {
  if (workers.length === 0) return 'No workers. Start one: offstage workers start'
  return table(
    ['WORKER', 'PID', 'HOST', 'UP', 'LAST BEAT', 'RUNNING'],
    workers.map((worker) => [
      worker.id,
      String(worker.pid),
      worker.host,
      formatDuration(Math.max(0, now - Date.parse(worker.startedAt))),
      `${formatDuration(Math.max(0, now - Date.parse(worker.lastBeatAt)))} ago`,
      `${worker.running.length} of ${worker.concurrency}`,
    ]),
  )
}

// The next ones only: the library of the table takes seconds for thousands.
const maxSchedules = 20

async function schedulesText(schedules: StatusJson['schedules'], now: EpochMs): Promise<string> {
  const late = '~' // after every time
  const first = [...schedules].sort((a, b) => ((a.nextAt ?? late) < (b.nextAt ?? late) ? -1 : 1)).slice(0, maxSchedules)
  const more = schedules.length - first.length
  const rows = await table(
    ['SCHEDULE', 'TASK', 'RULE', 'NEXT', 'LAST'],
    first.map((schedule) => [
      schedule.name,
      schedule.task,
      schedule.rule ?? '',
      nextCell(schedule, now),
      lastText(schedule),
    ]),
  )
  return more === 0 ? rows : `${rows}\nand ${more} more: offstage schedule list`
}
