import { minimumNode, tooOldNode } from '../../../bin/node-version.js'
import { sqliteDriver } from '../../open.js'
import { type Checked, problem } from './finding.js'

export function checkNode(): Checked {
  const tooOld = tooOldNode()
  if (tooOld !== null) return [problem(tooOld, 'install a newer Node.js')]
  return `${process.versions.node} (${minimumNode.replace(/\.0$/, '')} or newer)`
}

export async function checkDriver(): Promise<Checked> {
  const { name, version, sqlite } = await sqliteDriver()
  return `${name} ${version}, SQLite ${sqlite}`
}
