import { UsageError } from '../domain/errors.js'

/** Parses JSON that a person wrote. What cannot be taken exactly is refused, with the place: throws UsageError. */
export function parseJsonText(text: string, place: string): unknown {
  const value = parse(text, place)
  const inexact = inexactNumber(text)
  if (inexact !== null) {
    throw new UsageError('E_JSON', `${place}: the number ${inexact} would be rounded`, 'write it as a text, in quotes')
  }
  return value
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

/** A whole number in the text that JavaScript cannot carry; null if there is none. */
function inexactNumber(text: string): string | null {
  const outsideStrings = text.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  const long = outsideStrings.match(/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g) ?? []
  return long.find((digits) => BigInt(digits) !== BigInt(Number(digits))) ?? null
}
