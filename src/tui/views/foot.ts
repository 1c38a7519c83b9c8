import { warningGlyph } from '../../views/glyphs.js'
import { commandOf, questionOf, quoted } from '../model/actions.js'
import { keyTable } from '../model/keys.js'
import type { State } from '../model/state.js'
import { cutLine, fitLine, type Line, span, spread, widthOfLine } from '../text/line.js'
import { shellLines } from '../text/shell-lines.js'
import { bold, dim, signed } from './signs.js'

/** Below a rule what is asked or was done, the command that does the same, and the keys. */
export function footLines(state: State): readonly Line[] {
  const { columns: width } = state.size
  // Where the command needs more lines, a question has them before the keys: it names its own.
  const said = saidLines(state, true)
  return [
    [dim('─'.repeat(width))],
    ...said,
    ...(said.length > 1 && state.question !== null ? [] : [keyBar(state, width)]),
  ]
}

/** On the smallest screens only what is asked or was done. */
export function smallFoot(state: State): readonly Line[] {
  return saidLines(state, state.question !== null)
}

/** One line, or more where the command is long: one that is cut cannot be pasted. */
function saidLines(state: State, mayWrap: boolean): readonly Line[] {
  const { columns: width, rows } = state.size
  const asked = state.question ?? state.acting ?? state.message?.of ?? null
  const command = asked === null ? viewCommand(state) : commandOf(asked, state.flags)
  const style = asked === null ? 'dim' : 'cyan'
  const left = leftOfFoot(state)
  const right = span(`${command} `, style)
  if (widthOfLine(left) + widthOfLine([right]) + 2 <= width) return [spread(left, [right], width)]
  if (!mayWrap || (asked === null && left.length > 0)) return [fitLine(left, width)]
  const lines = shellLines(command, width, Math.max(2, Math.floor(rows / 3))).map((line) => [span(line, style)])
  return [...(left.length === 0 ? [] : [fitLine(left, width)]), ...lines]
}

function leftOfFoot(state: State): Line {
  const { question, acting, typing, message, trouble } = state
  if (question !== null) return [span(' '), span(`${questionOf(question)} [y/N]`, 'yellow')]
  if (typing !== null) return [span(' /'), span(typing), span('▌')]
  if (message !== null) return [span(' '), span(message.text, message.style)]
  if (acting !== null) return [dim(` ${(questionOf(acting) ?? '').replace(/\?$/, '')} ...`)]
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
