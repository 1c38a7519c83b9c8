import { maxJsonDepth, memberPath, parseJson } from './json.js'

/** A number in a JSON text that JavaScript would round, as it is written, and where it is (`[0].items[3].price`). */
export interface InexactNumber {
  readonly number: string
  readonly path: string
}

/**
 * The numbers in a JSON text that JavaScript would round to other ones. Digits behind the point may be more than a
 * double holds: they are rounded everywhere, and nobody counts with the last of them. `json` must be valid. What is
 * nested too deep ends the search: it is refused for that.
 */
export function* inexactNumbers(json: string): Generator<InexactNumber, undefined> {
  // Fifteen digits are always exact, an exponent may be anything: most texts have neither.
  if (!/[\d.]{16}|\d[eE]/.test(json)) return
  const above: Container[] = []
  for (let at = 0, end = 0; at < json.length && above.length <= maxJsonDepth; at = end) {
    end = endOfToken(json, at)
    const token = json.slice(at, end)
    if (token === '{' || token === '[') above.push({ isArray: token === '[', index: 0, key: null })
    else if (token === '}' || token === ']') above.pop()
    else if (/^[-\d]/.test(token)) {
      if (!isExact(token)) yield { number: token, path: pathOf(above) }
    } else step(above.at(-1), token)
  }
}

/** The first of them; null if there is none. */
export function inexactNumber(json: string): InexactNumber | null {
  return inexactNumbers(json).next().value ?? null
}

/** An array or object that is open, and the place in it. */
interface Container {
  readonly isArray: boolean
  index: number
  /** As it is written, in quotes; null where none has come yet. */
  key: string | null
}

function step(container: Container | undefined, token: string): void {
  if (container === undefined) return
  if (token === ',') Object.assign(container, { index: container.index + 1, key: null })
  else if (token.startsWith('"') && !container.isArray) container.key ??= token
}

function pathOf(above: readonly Container[]): string {
  return above.reduce(
    (path, { isArray, index, key }) =>
      isArray ? `${path}[${index}]` : memberPath(path, String(parseJson(key ?? '""'))),
    '',
  )
}

// A number, true, false or null.
const word = /[-+.\w]+/y

function endOfToken(json: string, start: number): number {
  if (json[start] === '"') return endOfString(json, start)
  word.lastIndex = start
  return word.test(json) ? word.lastIndex : start + 1
}

/** No pattern: one that passes over escapes overflows the stack at some megabytes. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
  return json.length
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
  let end = digits.length
  while (digits[end - 1] === '0') end--
  const power = Number(exponent ?? 0) - fraction.length + digits.length - end
  return `${sign}${digits.slice(0, end)}e${power}`
}

const parts = /^(?<sign>-?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?:[eE](?<exponent>[+-]?\d+))?$/
