import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../engine/package-root.js'
import type { DeclaredFlag } from '../argv.js'

/** A flag, as far as completion needs it. */
export interface KnownFlag extends DeclaredFlag {
  readonly name: string
  readonly summary?: string
  readonly hidden?: boolean
  readonly multiple?: boolean
  readonly options?: readonly string[]
  /** What its value is, in capitals: `FILE`, `NAME`. */
  readonly helpValue?: string
}

/** A command, as far as completion needs it. */
export interface KnownCommand {
  readonly id: string
  readonly summary?: string
  readonly hidden?: boolean
  /** False: it takes any number of words. */
  readonly strict?: boolean
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] }>>
  readonly flags: Readonly<Record<string, KnownFlag>>
}

/** The commands and topics of the program, by their ids: oclif puts colons between words. */
export interface Manifest {
  readonly commands: Readonly<Record<string, KnownCommand>>
  readonly topics: Readonly<Record<string, { readonly description?: string }>>
}

/** Reads what the build wrote of the commands, without loading one. */
export function readManifest(root = packageRoot): Manifest {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Pick<Manifest, 'commands'>
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly oclif: Pick<Manifest, 'topics'>
  }
  return { commands, topics: pjson.oclif.topics }
}
