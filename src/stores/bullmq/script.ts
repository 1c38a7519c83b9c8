import { createHash } from 'node:crypto'

/** A piece of Lua, with the pieces that must stand before it. */
export interface Lua {
  readonly text: string
  readonly needs: readonly Lua[]
}

export function lua(text: string, ...needs: readonly Lua[]): Lua {
  return { text, needs }
}

/** A script as Redis runs it: one operation of the store, atomic, in one round trip. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
}

/** A script of what one operation needs and no more: Redis makes each function anew at every call. */
export function script(name: string, body: string, ...needs: readonly Lua[]): Script {
  const pieces = new Set<string>()
  const add = (piece: Lua) => {
    for (const needed of piece.needs) add(needed)
    pieces.add(piece.text)
  }
  for (const needed of needs) add(needed)
  const text = [...pieces, body].map((piece) => piece.trim()).join('\n')
  return { name, text, sha: createHash('sha1').update(text).digest('hex') }
}
