import { cursorRow, keysShown } from './rows.js'
import type { State } from './state.js'

/** The cursor stays with its item. An item that is gone leaves it at its row. */
export function keepCursor(state: State): State {
  const row = cursorRow(state)
  const key = keysShown(state)[row] ?? null
  // A list that is empty for a moment, between two filters, must not forget where the cursor was.
  if (key === null) return state
  const cursor = state.cursors[state.view]
  if (cursor?.key === key && cursor.row === row) return state
  return { ...state, cursors: { ...state.cursors, [state.view]: { key, row } } }
}

/** The cursor at another row of the list. */
export function cursorAt(state: State, row: number): State {
  const keys = keysShown(state)
  const bounded = Math.max(0, Math.min(keys.length - 1, row))
  return { ...state, cursors: { ...state.cursors, [state.view]: { key: keys[bounded] ?? null, row: bounded } } }
}
