import { UsageError } from '../domain/errors.js'
import { isLoadedTooLate } from './test-clock.js'

/** Throws UsageError `E_TEST_STUCK` if nothing here could ever go on: no turn of the event loop can be waited for. */
export function refuseFakedTimers(): void {
  if (!isLoadedTooLate) return
  const hint = 'import it at the top of the file, or in the setup file before it calls vi.useFakeTimers()'
  throw new UsageError('E_TEST_STUCK', 'the timers were faked before offstage/testing was imported', hint)
}
