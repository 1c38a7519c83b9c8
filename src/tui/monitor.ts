import { homedir } from 'node:os'
import type { Context } from '../app/context.js'
import { systemClock } from '../engine/clock.js'
import { initialState } from './model/state.js'
import { Session } from './session.js'
import { openTerminal } from './terminal.js'
import type { Look } from './text/ansi.js'

/** How the monitor was started. */
export interface MonitorOptions {
  readonly intervalMs: number
  readonly isReadOnly: boolean
  readonly look: Look
  /** What commands need to find the same store: ` --store sqlite:x.db`, or nothing. */
  readonly flags: string
}

/** Shows the monitor until somebody quits. It needs a terminal on stdin and stdout. */
export async function runMonitor(context: Context, options: MonitorOptions): Promise<void> {
  const { intervalMs, isReadOnly, look, flags } = options
  const { columns, rows } = process.stdout
  const size = { columns: columns || 80, rows: rows || 24 }
  const state = initialState({ size, now: systemClock.now(), place: placeOf(context), flags, isReadOnly, intervalMs })
  const session = new Session(context, state, look)
  const terminal = openTerminal({
    subscribe: session.subscribe,
    lines: session.lines,
    pressed: (key) => session.dispatch({ type: 'key', key }),
    resized: (width, height) => session.dispatch({ type: 'resized', columns: width, rows: height }),
  })
  const looking = session.run({ copy: terminal.copy, quit: () => terminal.close() })
  looking.catch((error: Error) => terminal.close(error))
  try {
    await terminal.ended
  } finally {
    session.stop()
  }
  await looking
}

function placeOf({ project, from, location }: Context): string {
  const home = withoutPasswd(homedir)
  const folder = project?.root ?? from
  const short =
    home !== null && home !== '/' && folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder
  return `${short}  ${location.kind}`
}

/** A user may have no home, and no entry in passwd. */
function withoutPasswd(call: () => string): string | null {
  try {
    return call()
  } catch {
    return null
  }
}
