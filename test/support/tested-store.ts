import { basename } from 'node:path'
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
