/** Where a task is in the text of its module. */
interface TaskPlace {
  /** Where its name is exported: good enough to jump to. */
  readonly line: number
  /** The first line of the doc comment above it; null if there is none. */
  readonly description: string | null
}

// Nobody reads more of it in a list.
const maxDescription = 200

/** Finds the place of an exported name by the text of the module: of its definition, if that has another name. */
export function placeOf(source: string, name: string): TaskPlace {
  const exported = placeOfWord(source, name)
  const local = exported.description === null ? localNameOf(source, name) : null
  return local === null ? exported : placeOfWord(source, local)
}

/** The name under which a module has what it exports by a list, or as its default; null if it is the same, or unknown. */
function localNameOf(source: string, name: string): string | null {
  for (const { 1: list = '' } of source.matchAll(/^export\s*\{([^}]*)\}(?!\s*from)/gm)) {
    for (const item of list.split(',')) {
      const [, local, exported] = /^\s*([\w$]+)\s+as\s+([\w$]+)\s*$/.exec(item) ?? []
      if (exported === name && local !== undefined) return local
    }
  }
  if (name !== 'default') return null
  return /^export\s+default\s+(?!async\b|function\b|class\b)([\w$]+)\s*;?\s*$/m.exec(source)?.[1] ?? null
}

function placeOfWord(source: string, name: string): TaskPlace {
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
  const end = withoutNotes(before)
  if (!end.endsWith('*/')) return null
  const comment = end.slice(end.lastIndexOf('/*'))
  if (!comment.startsWith('/**')) return null
  const lines = comment.slice(3, -2).split('\n')
  const texts = lines.map((line) => line.replace(/^\s*\* ?/, '').trim())
  // What follows an `@` is for tools.
  const first = texts.find((text) => text !== '') ?? ''
  return first === '' || first.startsWith('@') ? null : first.slice(0, maxDescription)
}

/** Notes for tools in lines of their own, such as those for linters, may stand between a comment and what it describes. */
function withoutNotes(before: string): string {
  let text = before.trimEnd()
  for (;;) {
    const line = text.lastIndexOf('\n') + 1
    if (!text.slice(line).trimStart().startsWith('//')) return text
    text = text.slice(0, line).trimEnd()
  }
}

/** The first line of the comment at the head of a script; null if there is none. */
export function descriptionOfScript(source: string): string | null {
  const [first = '', ...rest] = source.split('\n')
  if (!first.startsWith('#!')) return null
  const end = rest.findIndex((line) => !/^\s*(?:#|\/\/|--)/.test(line))
  const comment = end < 0 ? rest : rest.slice(0, end)
  const text = comment.map((line) => line.replace(/^\s*(?:#+|\/\/+|--+)/, '').trim()).find((line) => line !== '')
  return text?.slice(0, maxDescription) ?? null
}
