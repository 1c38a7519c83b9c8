import { sparkline } from '../../views/sparkline.js'
import type { State } from '../model/state.js'
import { grouped } from '../text/charts.js'
import { type Line, span } from '../text/line.js'
import { countText, durationText } from '../words.js'
import { bold, dim } from './signs.js'

/** The last hour in numbers and, where there is room, a sign for each minute. */
export function lastHour({ data }: State, width: number, hasCharts: boolean): readonly Line[] {
  const { lastHour: hour } = data
  if (hour === undefined) return []
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const perSecond = ((hour.done.at(-2) ?? 0) + (hour.failed.at(-2) ?? 0)) / 60
  const facts: readonly (readonly [string, string])[] = [
    ['done', countText(sum(hour.done))],
    ['failed', countText(sum(hour.failed))],
    ['retried', countText(hour.retried)],
    ['last minute', `${perSecond >= 10 ? countText(perSecond) : perSecond.toFixed(1)}/s`],
    ['p50', durationText(hour.p50Ms)],
    ['p95', durationText(hour.p95Ms)],
  ]
  const words = facts.flatMap(([name, value]) => [dim(`  ${name} `), span(value)])
  const title: Line = [bold(' LAST HOUR'), ...words]
  if (!hasCharts) return [title]
  const room = Math.max(20, width - 36)
  const chart = (name: string, values: readonly number[], style: 'green' | 'red', unit: string): Line => {
    const shown = grouped(values, room)
    const most = Math.max(...shown)
    return [
      dim(` ${name.padEnd(7)}`),
      span(sparkline(shown), most === 0 ? 'dim' : style),
      dim(`  ${unit}most ${countText(most)}`),
    ]
  }
  return [title, chart('done', hour.done, 'green', 'a minute each, '), chart('failed', hour.failed, 'red', '')]
}
