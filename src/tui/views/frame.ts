import { monitorViews } from '../../app/monitor/monitor-data.js'
import { warningGlyph } from '../../views/glyphs.js'
import { isSmall, type State } from '../model/state.js'
import { cutLine, type Line, lineOf, span, spread } from '../text/line.js'
import { bytesText, clockText, countText, durationText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { failuresView } from './failures.js'
import { footLines, smallFoot } from './foot.js'
import { helpView } from './help.js'
import { jobsView } from './jobs.js'
import { overview } from './overview.js'
import { queuesView } from './queues.js'
import { schedulesView } from './schedules.js'
import { bold, dim, healthSign, signed } from './signs.js'
import { workersView } from './workers.js'

/** The whole picture: as many lines as the terminal has, none wider than it. */
export function frame(state: State): readonly Line[] {
  const { columns: width, rows } = state.size
  const [head, foot] = isSmall(state) ? [[smallHead(state)], smallFoot(state)] : [headLines(state), footLines(state)]
  const height = Math.max(0, rows - head.length - foot.length)
  const body = bodyLines(state, { width, height }).slice(0, height)
  const empty = Array.from({ length: height - body.length }, (): Line => [])
  return [...head, ...body, ...empty, ...foot].slice(0, rows).map((line) => cutLine(line, width))
}

function bodyLines(state: State, area: Area): readonly Line[] {
  if (state.helpRow !== null) return helpView(area, state.helpRow)
  if (state.data.at === undefined)
    return [[], [dim(state.trouble === null ? ' reading the store' : ` ${state.trouble}`)]]
  switch (state.view) {
    case 'overview':
      return isSmall(state) ? queuesView(state, area) : overview(state, area)
    case 'queues':
      return queuesView(state, area)
    case 'jobs':
      return jobsView(state, area)
    case 'workers':
      return workersView(state, area)
    case 'schedules':
      return schedulesView(state, area)
    case 'failures':
      return failuresView(state, area)
  }
}

function headLines(state: State): readonly Line[] {
  const { columns: width } = state.size
  const { health = null, storeBytes = null } = state.data
  const place = `  ${state.place}${storeBytes === null ? '' : ` ${bytesText(storeBytes)}`}`
  const left = [span(' '), bold('offstage'), dim(place)]
  const right = [
    ...(health === null ? [] : [healthSign(health.status), span('   ')]),
    dim(clockText(state.now)),
    span('  '),
    liveness(state),
    span(' '),
  ]
  return [spread(left, right, width), tabs(state, width), [dim('─'.repeat(width))]]
}

const names = {
  overview: 'Overview',
  queues: 'Queues',
  jobs: 'Jobs',
  workers: 'Workers',
  schedules: 'Schedules',
  failures: 'Failures',
}

function tabs(state: State, width: number): Line {
  const all = monitorViews.flatMap((view, index) => {
    const isCurrent = view === state.view
    const name = width < 80 && !isCurrent ? names[view].slice(0, 5) : names[view]
    return [span(` ${index + 1} ${name} `, isCurrent ? 'inverse' : null)]
  })
  return spread([...all], width < 80 ? [] : [dim('? help ')], width)
}

/** Whether the picture is of now. */
function liveness(state: State): Line[number] {
  const { at } = state.data
  if (state.isFrozen) return span('‖ frozen', 'yellow')
  if (state.trouble !== null)
    return signed(warningGlyph, at === undefined ? 'no answer' : `${sinceText(at, state.now)} old`)
  if (at === undefined) return dim('reading')
  return span(`● live ${durationText(state.pauseMs)}`, 'green')
}

function smallHead(state: State): Line {
  const { health = null, queues = [] } = state.data
  const sum = (of: 'queued' | 'running' | 'failed') => countText(queues.reduce((all, queue) => all + queue[of], 0))
  const status = health === null ? [bold('offstage')] : [healthSign(health.status)]
  const stale = state.trouble !== null || state.isFrozen ? [span('  '), liveness(state)] : []
  return lineOf(...status, `  q ${sum('queued')}  run ${sum('running')}  failed ${sum('failed')}`, ...stale)
}
