// Debug output on stderr: a line for each message and each store operation. Free when it is off: the caller
// `debugOf` gets null then, and makes no text.

/** Writes one line. */
export type Debug = (line: string) => void

/** A writer for `offstage:name`; null if DEBUG does not ask for it. */
export function debugOf(name: string): Debug | null {
  const topic = `offstage:${name}`
  if (!asksFor(process.env.DEBUG ?? '', topic)) return null
  return (line) => {
    // Nothing that another process sent may drive the terminal: these lines are numbers, ids and names.
    const safe = line.replace(/[^ -~]/g, '?')
    process.stderr.write(`${topic} ${(performance.now() / 1_000).toFixed(3)}s pid ${process.pid} ${safe}\n`)
  }
}

/**
 * As the `debug` package reads it: names with commas or spaces between them, `*` for anything, `-` in front for "not
 * this".
 */
export function asksFor(debug: string, topic: string): boolean {
  const patterns = debug.split(/[\s,]+/)
  const matches = (pattern: string) =>
    pattern === topic || (pattern.endsWith('*') && topic.startsWith(pattern.slice(0, -1)))
  return patterns.some(matches) && !patterns.some((pattern) => pattern.startsWith('-') && matches(pattern.slice(1)))
}

/**
 * The same object, whose asynchronous methods each write a line: name, sizes of what goes in and comes out,
 * milliseconds.
 */
export function debugged<Subject extends object>(subject: Subject, debug: Debug): Subject {
  return new Proxy(subject, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function' || typeof key !== 'string') return member
      return (...args: unknown[]) => {
        const startedAt = performance.now()
        const answer: unknown = Reflect.apply(member, target, args)
        const write = (end: string) =>
          debug(`${key}(${args.map(sizeOf).join(', ')}) ${end} ${(performance.now() - startedAt).toFixed(1)} ms`)
        if (answer instanceof Promise) {
          answer.then(
            (value) => write(`= ${sizeOf(value)}`),
            (thrown: unknown) => write(`failed: ${codeOf(thrown)}`),
          )
        }
        return answer
      }
    },
  })
}

/** Its size or its id. Not its content, which may be secret. */
function sizeOf(value: unknown): string {
  if (typeof value === 'string') return /^[jw]\d{1,16}$/.test(value) ? value : '-'
  if (Array.isArray(value)) return `${value.length}`
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (value instanceof Map) return `${value.size}`
  if (typeof value !== 'object') return '-'
  if ('id' in value) return sizeOf(value.id)
  const sizes = Object.entries(value).flatMap(([key, part]) =>
    Array.isArray(part) || typeof part === 'number' ? [`${key} ${sizeOf(part)}`] : [],
  )
  return `{${sizes.join(', ')}}`
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error ? String('code' in thrown ? thrown.code : thrown.name) : typeof thrown
}
