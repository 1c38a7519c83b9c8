import { stateGlyphs } from '../../views/glyphs.js'
import type { State } from '../model/state.js'
import { bar } from '../text/charts.js'
import { type Line, lineOf, span, spread } from '../text/line.js'
import { countText, sinceText } from '../words.js'
import { bold, dim, signed, stateSign } from './signs.js'

/** The jobs that have run longest, each with its progress. */
export function runningList({ data, now }: State, width: number, most: number): readonly Line[] {
  const { running = [], workers = [], queues = [] } = data
  const places = workers.reduce((sum, { state, concurrency }) => sum + (state === 'dead' ? 0 : concurrency), 0)
  const all = queues.reduce((sum, queue) => sum + queue.running, 0)
  const shown = running.slice(0, most)
  const lines = shown.flatMap(({ id, task, worker, startedAt, progress }) => {
    const left = lineOf(' ', stateSign('running'), ` ${id} ${task}`)
    const right = [dim(`${worker ?? ''}  `), span(sinceText(startedAt, now).padStart(7))]
    const own: Line = spread(left, right, width)
    if (progress === null) return [own]
    const percent = `${Math.round(progress.fraction * 100)} %`
    return [
      own,
      lineOf('   ', span(bar(progress.fraction, 12).padEnd(12), 'cyan'), ` ${percent} ${progress.message ?? ''}`),
    ]
  })
  const more = all - shown.length
  const title = spread(
    [bold(' RUNNING'), dim(`  ${countText(all)}${places === 0 ? '' : ` of ${countText(places)}`}`)],
    [dim('WORKER      FOR')],
    width,
  )
  return [title, ...lines, ...(more <= 0 ? [] : [[dim(`   … ${countText(more)} more`)]])]
}

/** What has failed last. */
export function failing({ data, now }: State, width: number, most: number): readonly Line[] {
  const { failures = [] } = data
  if (failures.length === 0) return [[span(' '), signed(stateGlyphs.completed, 'nothing has failed in 24h')]]
  const lines = failures
    .slice(0, most)
    .flatMap(({ task, error, count: times, lastAt }) => [
      spread(
        [span(' '), signed(stateGlyphs.failed, task)],
        [span(countText(times).padStart(6)), dim(sinceText(lastAt, now).padStart(8))],
        width,
      ),
      lineOf('   ', dim(error === '' ? 'other errors' : error)),
    ])
  return [spread([bold(' FAILING')], [dim(' TIMES    LAST')], width), ...lines]
}
