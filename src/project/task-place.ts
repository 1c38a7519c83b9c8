/** Where a task is in the text of its module. */
interface TaskPlace {
  /** Where its name is exported: good enough to jump to. */
  readonly line: number
  /** The first line of the doc comment above it; null if there is none. */
  readonly description: string | null
}

// Nobody reads more of it in a list.
const maxDescription = 200

/** Finds the place of an exported name by the text of the module. */
export function placeOf(source: string, name: string): TaskPlace {
  const word = name.replaceAll('$', '\\$')
  const patterns =
    name === 'default'
      ? [/^\s*export\s+default\b/m, /\bas\s+default\b/, /\bmodule\.exports\s*=/, /\bexports\.default\s*=/]
      : [
          new RegExp(`^\\s*export\\s+(?:async\\s+)?(?:function\\s*\\*?|const|let|var)\\s+${word}\\b`, 'm'),
          new RegExp(`\\bexports\\.${word}\\s*=`),
          new RegExp(`^\\s*(?:async\\s+)?(?:function\\s*\\*?|const|let|var)\\s+${word}\\b`, 'm'),
          new RegExp(`\\b${word}\\b`),
        ]
  const index = patterns.map((pattern) => source.search(pattern)).find((position) => position >= 0) ?? 0
  // A pattern may begin with the blank lines before it.
  const start = index + (/^\s*/.exec(source.slice(index))?.[0].length ?? 0)
  const before = source.slice(0, start)
  return { line: before.split('\n').length, description: descriptionAbove(before) }
}

/** The first line of the doc comment that a text ends with. */
export function descriptionAbove(before: string): string | null {
  const end = before.trimEnd()
  if (!end.endsWith('*/')) return null
  const comment = end.slice(end.lastIndexOf('/*'))
  if (!comment.startsWith('/**')) return null
  const lines = comment.slice(3, -2).split('\n')
  const texts = lines.map((line) => line.replace(/^\s*\* ?/, '').trim())
  // What follows an `@` is for tools.
  const first = texts.find((text) => text !== '') ?? ''
  return first === '' || first.startsWith('@') ? null : first.slice(0, maxDescription)
}

/** The first line of the comment at the head of a script; null if there is none. */
export function descriptionOfScript(source: string): string | null {
  const [first = '', ...rest] = source.split('\n')
  if (!first.startsWith('#!')) return null
  const end = rest.findIndex((line) => !/^\s*#/.test(line))
  const comment = end < 0 ? rest : rest.slice(0, end)
  const text = comment.map((line) => line.replace(/^[\s#]+/, '').trim()).find((line) => line !== '')
  return text?.slice(0, maxDescription) ?? null
}
