import { monitorViews } from '../../app/monitor/monitor-data.js'
import { warningGlyph } from '../../views/glyphs.js'
import { commandOf, questionOf, quoted } from '../model/actions.js'
import { keyTable } from '../model/keys.js'
import { isSmall, type State } from '../model/state.js'
import { cutLine, fitLine, type Line, lineOf, span, spread, widthOfLine } from '../text/line.js'
import { bytesText, clockText, countText, durationText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { failuresView } from './failures.js'
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
  const [head, foot] = isSmall(state) ? [[smallHead(state)], [footLine(state)]] : [headLines(state), footLines(state)]
  const height = Math.max(0, rows - head.length - foot.length)
  const body = bodyLines(state, { width, height }).slice(0, height)
  const empty = Array.from({ length: height - body.length }, (): Line => [])
  return [...head, ...body, ...empty, ...foot].slice(0, rows).map((line) => cutLine(line, width))
}

function bodyLines(state: State, area: Area): readonly Line[] {
  if (state.showsHelp) return helpView(area)
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
  return span(`● live ${durationText(state.intervalMs)}`, 'green')
}

function smallHead(state: State): Line {
  const { health = null, queues = [] } = state.data
  const sum = (of: 'queued' | 'running' | 'failed') => countText(queues.reduce((all, queue) => all + queue[of], 0))
  const status = health === null ? [bold('offstage')] : [healthSign(health.status)]
  const stale = state.trouble !== null || state.isFrozen ? [span('  '), liveness(state)] : []
  return lineOf(...status, `  q ${sum('queued')}  run ${sum('running')}  failed ${sum('failed')}`, ...stale)
}

function footLines(state: State): readonly Line[] {
  const { columns: width } = state.size
  return [[dim('─'.repeat(width))], footLine(state), keyBar(state, width)]
}

/** What is asked or was done, and the command that does the same. */
function footLine(state: State): Line {
  const { columns: width } = state.size
  const asked = state.question ?? state.acting ?? state.message?.of ?? null
  const right = span(
    `${asked === null ? viewCommand(state) : commandOf(asked, state.flags)} `,
    asked === null ? 'dim' : 'cyan',
  )
  const left = leftOfFoot(state)
  // A question is whole on the smallest screen; its command may be longer than any.
  const room = Math.max(0, width - widthOfLine(left) - 2)
  return room < 20 ? fitLine(left, width) : spread(left, cutLine([right], room), width)
}

function leftOfFoot(state: State): Line {
  const { question, acting, typing, message, trouble } = state
  if (question !== null) return [span(' '), span(`${questionOf(question)} [y/N]`, 'yellow')]
  if (typing !== null) return [span(' /'), span(typing), span('▌')]
  if (message !== null) return [span(' '), span(message.text, message.style)]
  if (acting !== null) return [dim(' ...')]
  if (trouble !== null) return [span(' '), signed(warningGlyph, trouble)]
  return []
}

/** The command that shows what the view shows. */
function viewCommand(state: State): string {
  const words: Readonly<Record<State['view'], string>> = {
    overview: 'status',
    queues: 'queues list',
    jobs: jobsCommand(state),
    workers: 'workers list',
    schedules: state.schedule === null ? 'schedule list' : `schedule history ${state.schedule}`,
    failures: 'jobs list --state failed',
  }
  return `offstage ${words[state.view]}${state.flags}`
}

function jobsCommand({ data, jobs }: State): string {
  if (jobs.isOpen && data.job != null) return `jobs ${jobs.part === 'log' ? 'logs -f' : 'show'} ${data.job.job.id}`
  const { states = [], queue, task, error } = jobs.filter
  const flags = [
    ...states.map((state) => ` --state ${state}`),
    queue === undefined ? '' : ` --queue ${quoted(queue)}`,
    task === undefined ? '' : ` --task ${quoted(task)}`,
    error === undefined ? '' : ` --error ${quoted(error)}`,
  ]
  return `jobs list${flags.join('')}`
}

function keyBar(state: State, width: number): Line {
  if (state.question !== null) return [bold(' y'), dim(' yes  '), bold('any other key'), dim(' no')]
  if (state.typing !== null) return [bold(' enter'), dim(' keeps the filter  '), bold('esc'), dim(' clears it')]
  const shown = keyTable.filter((key) => key.short !== null && key.holds(state) && !(key.acts && state.isReadOnly))
  const draw = (keys: typeof shown): Line => keys.flatMap(({ label, short }) => [bold(` ${label}`), dim(` ${short} `)])
  const whole = [...(state.isReadOnly ? [span(' read-only', 'yellow')] : []), ...draw(shown)]
  if (widthOfLine(whole) <= width) return whole
  // Who sees only some keys must see the one that shows all.
  const isFirst = ({ label }: (typeof shown)[number]) => label === '?' || label === 'q'
  return cutLine(draw([...shown.filter(isFirst), ...shown.filter((key) => !isFirst(key))]), width)
}
