import { basename, join } from 'node:path'
import type { describe, test } from 'vitest'
import { defaultStoreUrl } from '../../src/open.js'

/**
 * What `OFFSTAGE_TEST_STORE` says: `redis` runs the tests of commands, processes, schedules and the monitor over a store on
 * Redis in place of the file that each project has by default, and the contract over that store alone; so do `memory` and
 * `sqlite` with the contract.
 */
export const testedStore = process.env.OFFSTAGE_TEST_STORE

/** Whether projects of tests have their store on Redis. */
export const isOnRedis = testedStore === 'redis'

/** The URL of the store of a project, by the folder that holds all there is of it. */
export function storeUrlOf({ base }: { readonly base: string }): string {
  return isOnRedis ? `${process.env.OFFSTAGE_TEST_REDIS}?prefix=${basename(base)}` : defaultStoreUrl
}

/** The URL of a store for a program with an engine in it; a file lies in `folder`, which is of this test alone. */
export function storeUrlIn(folder: string, name = 'jobs'): string {
  return isOnRedis
    ? `${process.env.OFFSTAGE_TEST_REDIS}?prefix=${basename(folder)}-${name}`
    : `sqlite:${join(folder, `${name}.db`)}`
}

/** The environment of commands whose store is that of their folder or config, also where the tests run over Redis. */
export const withoutStoreUrl = { OFFSTAGE_STORE: '' }

/** A test, or a group of tests, of what only a store in a file has: `why` says what. Skipped where the tests run over Redis. */
export function sqliteOnly<Kind extends Pick<typeof test, 'skip'> | Pick<typeof describe, 'skip'>>(
  kind: Kind,
  _why: string,
): Kind {
  return isOnRedis ? (kind.skip as unknown as Kind) : kind
}
