import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A block of TypeScript in a page, as a module. */
export interface PageBlock {
  /** Its first line if that is a comment such as `// server.ts`, else `block-3.ts`. */
  readonly file: string
  readonly text: string
}

/** The blocks of TypeScript in a page, such as `docs/library.md`, in their order. */
export function blocksOf(page: string): readonly PageBlock[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)
  return [...blocks].map(([, text = ''], index) => {
    const file = /^\/\/ ([\w.-]+\.ts)\n/.exec(text)?.[1] ?? `block-${index + 1}.ts`
    // A block without imports is a module too: it may use await, and shares no names.
    return { file, text: /^(?:import|export) /m.test(text) ? text : `${text}\nexport {}\n` }
  })
}
