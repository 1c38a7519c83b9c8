/** A JSON value as Python writes it, for people who look at a task over there. */
export function pythonRepr(value: unknown, list: 'list' | 'tuple' = 'list'): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return textRepr(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => pythonRepr(item)).join(', ')
    if (list === 'list') return `[${items}]`
    return value.length === 1 ? `(${items},)` : `(${items})`
  }
  return `{${Object.entries(value)
    .map(([name, item]) => `${textRepr(name)}: ${pythonRepr(item)}`)
    .join(', ')}}`
}

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`)
  return (
    quote + escaped.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`) + quote
  )
}
