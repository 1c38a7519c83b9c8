import type { Order } from '../model/orders.js'
import type { State } from '../model/state.js'
import { type Line, span, spread } from '../text/line.js'
import { countText } from '../words.js'
import { dim } from './signs.js'

/** Above a list: its filter, how many rows of how many it shows, and its order. */
export function listTitle(
  state: State,
  shown: number,
  all: number,
  orders: readonly Order<never>[],
  width: number,
  crumbs: readonly string[] = [],
): Line {
  const filter = state.filters[state.view] ?? ''
  const words = [...crumbs, ...(filter === '' ? [] : [`/${filter}`])]
  const left = words.length === 0 ? [] : [span(` ${words.join(' › ')}`, 'bold')]
  const of = shown === all ? countText(all) : `${countText(shown)} of ${countText(all)}`
  const order = orders[state.sorts[state.view] ?? 0]?.name ?? ''
  return spread(left, [dim(`${of}   sort: ${order} `)], width)
}
