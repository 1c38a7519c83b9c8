/** What went wrong in a module, in one line that begins with the place. */
export function describeLoadError(file: string, thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  // jiti's own text for a syntax error: "ParseError: Unexpected token \n /path/file.ts:3:0".
  const parse = /^ParseError: ([\s\S]*?)\s*\n\s*(.+:\d+:\d+)\s*$/.exec(message)
  if (parse !== null) return `${parse[2]}: ${parse[1]}`
  const place = thrown instanceof Error ? lineOf(file, thrown.stack ?? '') : null
  return `${place ?? file}: ${message.split('\n')[0]}`
}

function lineOf(file: string, stack: string): string | null {
  const start = stack.indexOf(`${file}:`)
  if (start < 0) return null
  const line = /^:(\d+)/.exec(stack.slice(start + file.length))
  return line === null ? null : `${file}:${line[1]}`
}
