import { type Context, refuseMemory } from '../../app/context.js'
import { exitCodes } from '../exit-codes.js'
import { relativeToHere } from '../tasks/tasks-table.js'
import { withoutCommands } from '../without-commands.js'
import { showEnd } from './end-text.js'
import type { RunOrder } from './order.js'
import type { Print } from './print.js'
import { suiteText } from './suite-text.js'

/** How `run` ends: its exit code, and the value for programs. */
interface RunAnswer {
  readonly exitCode: number
  readonly json: unknown
  /** Where to find it, if it cannot be printed. */
  readonly place: string
}

const listed = 'the jobs are stored: see "offstage jobs list"'

type OrderOf<Kind extends RunOrder['kind']> = Extract<RunOrder, { readonly kind: Kind }>

/** Does what `run` is asked to do. Each way is loaded when it is taken. */
export function carryOut(context: Context, order: RunOrder, print: Print): Promise<RunAnswer> {
  if (order.way !== 'here') refuseMemory(context, `run --${order.way}`)
  if (order.kind === 'each') return carryOutEach(context, order, print)
  return order.kind === 'suite' ? carryOutSuite(context, order, print) : carryOutOne(context, order, print)
}

async function carryOutOne(context: Context, { way, request }: OrderOf<'one'>, print: Print): Promise<RunAnswer> {
  const { enqueueAndWait, enqueueOne, runHere } = await import('./one.js')
  const ways = { here: runHere, detach: enqueueOne, wait: enqueueAndWait }
  const end = await ways[way](context, request)
  const onlyId = way === 'detach' || (way === 'here' && end.duplicate)
  const wasMirrored = way === 'here' && request.outer !== null
  const { line, exitCode } = showEnd(end, onlyId, wasMirrored)
  if (line !== null) print(line)
  const { id, state } = end.job
  const place = onlyId ? `the job is stored as ${id}` : `${id} ${state}: see "offstage jobs show ${id}"`
  return { exitCode, json: end.duplicate ? { ...end.job, duplicate: true } : end.job, place }
}

async function carryOutEach(context: Context, { way, request }: OrderOf<'each'>, print: Print): Promise<RunAnswer> {
  const { enqueueEach, runEachHere } = await import('./each.js')
  if (way === 'detach') {
    const { exitCode, summary } = await enqueueEach(context, request, print)
    return { exitCode, json: summary, place: listed }
  }
  const { exitCode, items } = await runEachHere(context, request, print)
  return { exitCode, json: { items }, place: listed }
}

async function carryOutSuite(
  context: Context,
  { way, request, junit }: OrderOf<'suite'>,
  print: Print,
): Promise<RunAnswer> {
  const { enqueueSuite, runSuiteHere } = await import('./suite.js')
  if (way === 'detach') {
    const summary = await enqueueSuite(context, request)
    if (summary.ids.length > 0) print(summary.ids.join('\n'))
    return { exitCode: exitCodes.done, json: summary, place: listed }
  }
  const { suite, exitCode } = await runSuiteHere(context, request, junit)
  print(withoutCommands(await suiteText(suite, relativeToHere)))
  return { exitCode, json: suite, place: listed }
}
