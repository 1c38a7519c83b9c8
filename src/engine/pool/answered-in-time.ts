import type { Clock } from '../../domain/clock.js'
import { UsageError } from '../../domain/errors.js'
import type { CheckRequest, Verdict } from '../ipc/messages.js'

// As long as a module may take to load.
const maxMs = 60_000

/** The verdicts of schemas. Throws UsageError if there are none within a minute: validation may wait for ever. */
export function answeredInTime(
  verdicts: Promise<readonly Verdict[]>,
  requests: readonly CheckRequest[],
  clock: Clock,
): Promise<readonly Verdict[]> {
  let cancel = () => {}
  const tooLong = new Promise<never>((_, reject) => {
    cancel = clock.after(maxMs, () => reject(noAnswer(requests)))
  })
  return Promise.race([verdicts, tooLong]).finally(cancel)
}

function noAnswer(requests: readonly CheckRequest[]): UsageError {
  const names = [...new Set(requests.map(({ task }) => task))].slice(0, 3).join(', ')
  const what = `${names}: the schema gave no answer within a minute`
  return new UsageError('E_ARGUMENTS', what, 'see what its validation waits for')
}
