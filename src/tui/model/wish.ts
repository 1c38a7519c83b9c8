import type { MonitorWish } from '../../app/monitor/monitor-data.js'
import { cursorRow, jobAtCursor } from './rows.js'
import type { State } from './state.js'

const page = 100
const most = 500

/** What has to be read for the picture of this state. */
export function wishOf(state: State): MonitorWish {
  const { view, jobs, schedule } = state
  const hasFilter = (state.filters.jobs ?? '') !== '' || jobs.worker !== null
  // Where rows are looked for or sorted, all that are ever listed; else a page more than the cursor needs.
  const limit = hasFilter || (state.sorts.jobs ?? 0) > 0 ? most : Math.min(most, Math.max(0, cursorRow(state)) + page)
  return {
    view,
    jobs: { filter: jobs.filter, limit },
    job: jobAtCursor(state)?.id ?? null,
    onlyJob: false,
    wantsLog: jobs.part === 'log' || jobs.part === 'info',
    schedule,
  }
}
