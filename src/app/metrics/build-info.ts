import { type StoreLocation, sqliteDriver } from '../../open.js'
import type { Labels } from '../../views/prometheus/exposition.js'

let sqlite: Promise<string> | null = null

/** What runs here, as labels. The version of SQLite is asked for once, and only if the store is a file of it. */
export async function buildInfo(version: string, location: StoreLocation): Promise<Labels> {
  const node = process.versions.node
  if (location.kind !== 'sqlite') return { version, node }
  sqlite ??= sqliteDriver().then((driver) => driver.sqlite)
  return { version, node, sqlite: await sqlite }
}
