import type { MonitoredFailure } from '../../app/monitor/monitor-data.js'
import type { Action } from './actions.js'
import type { State } from './state.js'

/** What is to be done outside of the model. */
export type Effect =
  | { readonly type: 'read' }
  | { readonly type: 'count'; readonly group: MonitoredFailure }
  | { readonly type: 'act'; readonly action: Action }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'quit' }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

export function step(state: State, ...effects: readonly Effect[]): Step {
  return { state, effects }
}
