import { keepCursor } from './cursor.js'
import { keyTable } from './keys.js'
import type { State } from './state.js'
import { type Step, step } from './step.js'

const maxFilter = 200

/** What a key does now: it answers a question, is a letter of a filter, or is in the table. */
export function pressed(state: State, key: string): Step {
  if (key === 'ctrl-c') return step(state, { type: 'quit' })
  if (state.question !== null) return answeredBy(state, key)
  if (state.typing !== null) return typed(state, state.typing, key)
  if (state.helpRow !== null) return step({ ...state, helpRow: helped(state.helpRow, state, key) })
  const found = keyTable.find((candidate) => candidate.keys.includes(key) && candidate.holds(state))
  if (found === undefined) return step(state)
  if (found.acts && state.isReadOnly) {
    return step({ ...state, message: { text: 'read-only: the monitor was started so', style: 'yellow' } })
  }
  const next = found.press({ ...state, message: null }, key)
  return { ...next, state: keepCursor(next.state) }
}

const closing = ['?', 'escape', 'enter', 'q']
const helpSteps: Readonly<Record<string, number>> = { j: 1, down: 1, k: -1, up: -1, pagedown: 10, pageup: -10 }

/** Under the help, keys move or close it: what it covers must not change unseen. */
function helped(row: number, { size }: State, key: string): number | null {
  if (closing.includes(key)) return null
  // The help has a line a key, and the frame has six lines and a few signs around it.
  const last = Math.max(0, keyTable.length + 10 - size.rows)
  return Math.max(0, Math.min(last, row + (helpSteps[key] ?? 0)))
}

function answeredBy(state: State, key: string): Step {
  const { question } = state
  const without = { ...state, question: null }
  if (question === null || (key !== 'y' && key !== 'Y')) {
    return step({ ...without, message: { text: 'nothing was done', style: 'dim' } })
  }
  return step({ ...without, acting: question }, { type: 'act', action: question })
}

function typed(state: State, typing: string, key: string): Step {
  const filter = (text: string) => keepCursor({ ...state, filters: { ...state.filters, [state.view]: text } })
  switch (key) {
    case 'enter':
      return step({ ...filter(typing), typing: null }, { type: 'read' })
    case 'escape':
      return step({ ...filter(''), typing: null }, { type: 'read' })
    case 'backspace': {
      const shorter = [...typing].slice(0, -1).join('')
      return step({ ...filter(shorter), typing: shorter })
    }
    default: {
      const letter = key === 'space' ? ' ' : key
      if ([...letter].length !== 1 || typing.length >= maxFilter) return step(state)
      return step({ ...filter(typing + letter), typing: typing + letter })
    }
  }
}
