import type { Hash } from 'node:crypto'
import type { RecordKind, TransferReader } from './transfer.js'

/** How many records of a kind there are, and a checksum over all of them in their order. */
export interface Digest {
  readonly count: number
  readonly sha256: string
}

/** By kind. Output is counted by lines, samples one by one. */
export type Digests = ReadonlyMap<RecordKind, Digest>

/** Reads all records. Rejects with the reason of the signal when it fires. */
export async function digestsOf(reader: TransferReader, signal: AbortSignal): Promise<Digests> {
  // It takes milliseconds to load, and no other command needs it.
  const { createHash } = await import('node:crypto')
  const hashes = new Map<RecordKind, { count: number; readonly hash: Hash }>()
  for await (const records of reader.records()) {
    signal.throwIfAborted()
    for (const record of records) {
      const of = hashes.get(record.kind) ?? { count: 0, hash: createHash('sha256') }
      hashes.set(record.kind, of)
      of.count += record.kind === 'output' ? record.lines.length : record.kind === 'samples' ? record.samples.length : 1
      of.hash.update(canonicalJson(record)).update('\n')
    }
  }
  return new Map([...hashes].map(([kind, { count, hash }]) => [kind, { count, sha256: hash.digest('hex') }]))
}

/** The kinds in which two stores differ. */
export function differences(a: Digests, b: Digests): readonly RecordKind[] {
  const kinds = new Set([...a.keys(), ...b.keys()])
  return [...kinds].filter((kind) => {
    const [one, other] = [a.get(kind), b.get(kind)]
    return one?.count !== other?.count || one?.sha256 !== other?.sha256
  })
}

/** JSON in which the order of keys means nothing. By hand: with a replacer it takes JSON.stringify several times as long. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const object = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  return `{${keys
    .sort()
    .map((key) => `"${key}":${canonicalJson(object[key])}`)
    .join(',')}}`
}
