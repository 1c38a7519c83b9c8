/** Matchers of vitest, Jest and others, such as `expect.any(String)`, have this method. */
export interface Matcher {
  asymmetricMatch(value: unknown): boolean
  toAsymmetricMatcher?(): string
  /** What it was made of. */
  readonly sample?: unknown
}

export function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value
}

/**
 * Whether a value is what a test expects. As when a job is stored, a Date stands for its ISO string, what has toJSON() for
 * its result, and a property that is undefined for none.
 */
export function matches(expected: unknown, actual: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual)
  const [wanted, found] = [plain(expected), plain(actual)]
  if (!isObject(wanted) || !isObject(found)) return Object.is(wanted, found)
  if (Array.isArray(wanted) !== Array.isArray(found)) return false
  const names = new Set([...namesOf(wanted), ...namesOf(found)])
  return [...names].every((name) => matches(wanted[name], found[name]))
}

/** The value as JSON carries it, without what is below it. */
export function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  const hasJson = isObject(value) && typeof value.toJSON === 'function'
  return hasJson ? (value.toJSON as () => unknown).call(value) : value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function namesOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined)
}
