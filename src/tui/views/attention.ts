import type { MonitorData, MonitoredSchedule } from '../../app/monitor/monitor-data.js'
import { widthOf } from '../../views/cut.js'
import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import type { State } from '../model/state.js'
import { type Line, type Span, span, spread } from '../text/line.js'
import { sinceText, waitingText } from '../words.js'
import { dim, signed } from './signs.js'

/** Something to look at, and the digit of the view that shows it. */
interface Notice {
  readonly text: Span
  readonly view: number
}

const mostShown = 6

/** What is not as it should be, the worst first: the reasons of the health, and what it does not count. */
export function attention({ data, now }: State, width: number): readonly Line[] {
  const notices = [...nobody(data), ...healthReasons(data), ...schedules(data), ...paused(data, now)]
  if (notices.length === 0) return []
  const shown = notices.slice(0, mostShown).flatMap((notice) => linesOf(notice, width))
  const more = notices.length - mostShown
  return [...shown, ...(more > 0 ? [[dim(` … ${more} more`)]] : []), []]
}

// What stands between a text and the digit of its view.
const margin = 4

/** One line, or a second one for the command at its end: a command that is cut cannot be typed. */
function linesOf({ text, view }: Notice, width: number): readonly Line[] {
  const line = (whole: Span) => spread([span(' '), whole], [dim(`${view} `)], width)
  const command = text.text.lastIndexOf('offstage ')
  if (command < 0 || widthOf(text.text) <= width - margin) return [line(text)]
  const before = text.text.slice(0, command).trimEnd()
  return [line({ ...text, text: before }), [span('     '), { ...text, text: text.text.slice(command) }]]
}

function healthReasons({ health = null }: Partial<MonitorData>): readonly Notice[] {
  if (health === null || health === undefined) return []
  const glyph = health.status === 'unhealthy' ? stateGlyphs.failed : warningGlyph
  return health.reasons.map((reason) => ({ text: signed(glyph, reason), view: viewOf(reason) }))
}

function viewOf(reason: string): number {
  if (reason.startsWith('the schedule ')) return 5
  return reason.includes(' failed in ') ? 6 : 2
}

/** Jobs that no worker takes. Health counts them only when they have waited for minutes. */
function nobody({ workers = [], queues = [], health = null }: Partial<MonitorData>): readonly Notice[] {
  const waiting = queues.filter(({ queued, paused: isPaused }) => queued > 0 && !isPaused)
  if (workers.every(({ state }) => state === 'dead')) {
    const count = waiting.reduce((sum, { queued }) => sum + queued, 0)
    if (count === 0) return []
    const text = `no worker is alive; ${waitingText(count)}: offstage workers start`
    return [{ text: signed(stateGlyphs.failed, text), view: 4 }]
  }
  const known = (name: string) => health?.reasons.some((reason) => reason.includes(` on ${name}, `)) === true
  return waiting
    .filter(({ name, workers: servers }) => servers.length === 0 && !known(name))
    .map(({ name, queued }) => {
      const text = `no worker serves ${name}; ${waitingText(queued)}: offstage workers start --queues ${name}`
      return { text: signed(stateGlyphs.failed, text), view: 2 }
    })
}

/** Schedules that do not fire, and those whose last job has failed. */
function schedules({ schedules: all = [], schedulerAlive = true }: Partial<MonitorData>): readonly Notice[] {
  const silent =
    !schedulerAlive && all.some(({ paused: isPaused, nextAt }) => !isPaused && nextAt !== null)
      ? ['no scheduler is alive, so no schedule fires: offstage workers start']
      : []
  const failed = all.flatMap(({ name, slots }) => {
    const end = slots.at(-1)?.jobEnd
    return end?.state === 'failed' ? [`the last job of the schedule ${name} has failed`] : []
  })
  const faulty = all.flatMap(({ name, fault }) => (fault === null ? [] : [`the schedule ${name} is faulty: ${fault}`]))
  const isWrong = [...silent, ...faulty, ...failed].map((text) => ({ text: signed(stateGlyphs.failed, text), view: 5 }))
  return [...isWrong, ...all.flatMap(ended)]
}

/** A schedule that fired again and again, and does no more: somebody may miss it. One that was for one time is not missed. */
function ended({ name, rule, nextAt, ended: why, slots }: MonitoredSchedule): readonly Notice[] {
  if (why === null || nextAt !== null || slots.length < 2) return []
  return [{ text: signed(warningGlyph, `the schedule ${name} (${rule ?? ''}) has ended: ${why}`), view: 5 }]
}

function paused({ queues = [], schedules: all = [] }: Partial<MonitorData>, now: number): readonly Notice[] {
  const ofQueues = queues
    .filter((queue) => queue.paused)
    .map(({ name, pausedAt, queued }) => {
      const since = pausedAt === null ? '' : ` for ${sinceText(pausedAt, now)}`
      return { text: signed(pausedGlyph, `${name} is paused${since}; ${waitingText(queued)}`), view: 2 }
    })
  const ofSchedules = all
    .filter((schedule) => schedule.paused)
    .map(({ name }) => ({ text: signed(pausedGlyph, `the schedule ${name} is paused`), view: 5 }))
  return [...ofQueues, ...ofSchedules]
}
