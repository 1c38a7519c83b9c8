/**
 * The first number in a JSON text that JavaScript would round to another one; null if there is none. Digits behind the
 * point may be more than a double holds: they are rounded everywhere, and nobody counts with the last of them.
 */
export function inexactNumber(json: string): string | null {
  const outsideStrings = json.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  // Fifteen digits are always exact, an exponent may be anything.
  const candidates = outsideStrings.match(/-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?\d[\d.]*[eE][+-]?\d+/g) ?? []
  return candidates.find((number) => !isExact(number)) ?? null
}

function isExact(number: string): boolean {
  const value = Number(number)
  if (!Number.isFinite(value)) return false
  if (Math.abs(value) < 2 ** 53) return value !== 0 || !/[1-9]/.test(number.replace(/[eE].*$/, ''))
  return decimal(number) === decimal(String(value))
}

/** A decimal number in one form: its digits without zeros at the ends, and the power of ten of the last one. */
function decimal(number: string): string {
  const { sign, whole = '', fraction = '', exponent } = parts.exec(number)?.groups ?? {}
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  const power = Number(exponent ?? 0) - fraction.length + digits.length - significant.length
  return `${sign}${significant}e${power}`
}

const parts = /^(?<sign>-?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:[eE](?<exponent>[+-]?\d+))?$/
