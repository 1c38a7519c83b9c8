/** Where something stands in a text; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/**
 * Where the key at a path of names stands in the text of a valid JSON object, or the nearest one above it that is there; null
 * for none. Comments must be spaces.
 */
export function placeOfKey(text: string, path: readonly string[]): Place | null {
  let best: { readonly depth: number; readonly at: number } | null = null
  // Of each open object or list: the key that its value stands under.
  const above: (string | null)[] = []
  let key: string | null = null
  for (const { 0: token, index: at } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') {
      above.push(key)
      key = null
    } else if (token === '}' || token === ']') above.pop()
    else if (/^\s*:/.test(text.slice(at + token.length))) {
      key = String(JSON.parse(token))
      const names = [...above.slice(1), key]
      const depth = names.length
      const isOnPath = names.every((name, index) => name === path[index])
      if (isOnPath && depth > (best?.depth ?? 0)) best = { depth, at }
    } else key = null
  }
  if (best === null) return null
  const before = text.slice(0, best.at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
