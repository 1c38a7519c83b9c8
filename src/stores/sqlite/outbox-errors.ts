import { StoreUnavailableError } from '../../domain/errors.js'
import { refusalOf } from './errors.js'

/** What to report when the file of an application cannot be used. All that is in it stays there until it can. */
export function outboxError(path: string, thrown: unknown): unknown {
  if (thrown instanceof StoreUnavailableError) return thrown
  const cause = refusalOf(thrown)?.cause ?? otherTable(thrown)
  if (cause === null) return thrown
  return new StoreUnavailableError(
    'E_OUTBOX_UNAVAILABLE',
    `outbox ${path}: ${cause}`,
    'its rows stay where they are, and become jobs when this is mended',
  )
}

/** The statements are right for the table that this program makes. */
function otherTable(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !String(thrown.code).startsWith('SQLITE_')) return null
  return `the table offstage_outbox is not as it was made (${thrown.message})`
}
