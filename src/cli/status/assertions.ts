import { Flags } from '@oclif/core'
import { type CheckedAssertion, checkAssertions } from '../../app/assertions/check-assertions.js'
import { type Context, withReader } from '../../app/context.js'
import { type Assertion, parseAssertion } from '../../domain/assertion.js'
import { UsageError } from '../../domain/errors.js'
import { refuseBeyondStatistics } from '../../domain/retention.js'
import { systemClock } from '../../engine/clock.js'
import { healthGlyphs } from '../../views/glyphs.js'
import { exitCodes } from '../exit-codes.js'
import { drawn, lookOfStdout, styled } from '../look.js'
import { say, sayError } from '../say.js'
import { lateSignals, takeSignals } from '../signals.js'

export const assertFlags = {
  assert: Flags.string({
    multiple: true,
    summary: 'Exit 1 unless this holds, such as "queue.mail.queued < 100"; may be repeated',
    helpValue: 'EXPR',
  }),
}

export const untilFlags = {
  until: Flags.string({
    multiple: true,
    summary: 'Wait until this holds, as in "status --assert"; may be repeated',
    helpValue: 'EXPR',
  }),
}

export interface Checked {
  readonly holds: boolean
  readonly items: readonly Omit<CheckedAssertion, 'doubt'>[]
}

/** Checks assertions once. Exit code 1 if one does not hold. Throws UsageError, also if a job is named. */
export async function assertNow(context: Context, texts: readonly string[], job: string | undefined): Promise<Checked> {
  if (job !== undefined) throw new UsageError('E_USAGE', '--assert is about all jobs', 'leave out the id')
  const assertions = assertionsOf(context, texts, '--assert')
  const checked = await withReader(context, (store) => checkAssertions(store, assertions, systemClock.now()))
  sayDoubts(checked)
  const result = resultOf(checked)
  if (!result.holds) process.exitCode = exitCodes.failed
  return result
}

function assertionsOf({ retention }: Context, texts: readonly string[], option: string): readonly Assertion[] {
  const assertions = texts.map((text) => parseAssertion(text, option))
  for (const { text, measure } of assertions) {
    if (measure.kind === 'count')
      refuseBeyondStatistics(measure.sinceMs, retention, `${option} ${JSON.stringify(text)}: since`)
  }
  return assertions
}

// A store that does not change may still change what holds: jobs grow older.
const lookMs = 500

/** Waits until all hold. Exit code 3 if they do not in time, 130 after Ctrl-C. Throws UsageError. */
export function waitUntil(context: Context, texts: readonly string[], timeoutMs: number | null): Promise<Checked> {
  const assertions = assertionsOf(context, texts, '--until')
  const interruption = takeSignals(exitCodes.interrupted)
  const ended = AbortSignal.any([interruption.graceful, ...lateSignals(timeoutMs)])
  return withReader(context, async (store) => {
    const changes = store.changes()
    for (;;) {
      const checked = await checkAssertions(store, assertions, systemClock.now())
      const result = resultOf(checked)
      if (result.holds || ended.aborted) {
        interruption.release()
        if (result.holds) sayDoubts(checked)
        else giveUp(checked, interruption.graceful.aborted)
        return result
      }
      await changes.next(lookMs, ended)
    }
  })
}

function sayDoubts(checked: readonly CheckedAssertion[]): void {
  for (const { doubt } of checked) if (doubt !== null) say(`${doubt}: its numbers are 0`)
}

function giveUp(checked: readonly CheckedAssertion[], isInterrupted: boolean): void {
  process.exitCode = isInterrupted ? exitCodes.interrupted : exitCodes.timedOut
  const missed = checked.filter((one) => !one.holds)
  if (!isInterrupted)
    sayError(`not in time: ${missed.map(seen).join(', ')}`, missed.find(({ doubt }) => doubt)?.doubt ?? null)
}

/** Each assertion in a line, with what was seen. */
export function checkedText({ items }: Checked): string {
  const look = lookOfStdout()
  return items
    .map((item) => {
      const glyph = healthGlyphs[item.holds ? 'healthy' : 'unhealthy']
      return `${styled(drawn(glyph, look), glyph.style, look)} ${seen(item)}`
    })
    .join('\n')
}

function seen({ assertion, holds, value }: Checked['items'][number]): string {
  return `${assertion}${holds ? '' : ' does not hold'}: it is ${value}`
}

function resultOf(checked: readonly CheckedAssertion[]): Checked {
  return { holds: checked.every(({ holds }) => holds), items: checked.map(({ doubt, ...item }) => item) }
}
