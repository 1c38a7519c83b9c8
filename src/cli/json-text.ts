import { UsageError } from '../domain/errors.js'
import { inexactNumber } from '../domain/exact-number.js'

/** Parses JSON that a person wrote. Throws UsageError with the place, also for a number that would be rounded. */
export function parseJsonText(text: string, place: string): unknown {
  const value = parse(text, place)
  const inexact = inexactNumber(text)
  if (inexact === null) return value
  const { number, path } = inexact
  const at = path === '' ? place : `${place}: ${path}`
  throw new UsageError('E_JSON', `${at}: the number ${number} would be rounded`, 'write it as a text, in quotes')
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    const reason = (thrown as SyntaxError).message.replace(/ in JSON| is not valid JSON/g, '')
    throw new UsageError(
      'E_JSON',
      `${place}: not JSON: ${reason.split('\n').join(' ')}`,
      'texts are written in double quotes',
    )
  }
}
