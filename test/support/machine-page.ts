import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machines.js'

const root = join(import.meta.dirname, '../..')

/** A block of a page: a file, whose first line is a comment with its path, or commands, whose first line says where they run. */
export interface MachineBlock {
  readonly language: string
  /** The section that it is in, without the `##`. */
  readonly section: string
  readonly head: string
  readonly text: string
}

/** The blocks of a page in their order. */
export function machineBlocks(page: string): readonly MachineBlock[] {
  const sections = readFileSync(join(root, page), 'utf8').split(/^## /m)
  return sections.flatMap((part) => {
    const [section = ''] = part.split('\n', 1)
    return [...part.matchAll(/^```(\w+)\n# ([^\n]*)\n(.*?)^```$/gms)].map(
      ([, language = '', head = '', rest = '']) => ({
        language,
        section,
        head,
        text: `# ${head}\n${rest}`,
      }),
    )
  })
}

/** Those of the machines on which a block of commands runs: `10.0.0.1, as root`, `each machine, in /srv/app`. */
export function machinesOf({ head }: MachineBlock, all: readonly Machine[]): readonly Machine[] {
  if (head.startsWith('each machine')) return all
  return all.filter(({ address }) => head.split(/[ ,]+/).includes(address))
}
