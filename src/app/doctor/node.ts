import { minimumNode, tooOldNode } from '../../../bin/node-version.js'
import { redisClientVersion, sqliteDriver } from '../../open.js'
import { type Checked, type Patient, problem } from './finding.js'

export function checkNode(): Checked {
  const tooOld = tooOldNode()
  if (tooOld !== null) return [problem(tooOld, 'install a newer Node.js')]
  return `${process.versions.node} (${minimumNode.replace(/\.0$/, '')} or newer)`
}

export async function checkDriver({ location }: Patient): Promise<Checked> {
  if (location.kind === 'redis') return `ioredis ${await redisClientVersion(location)}`
  const { name, version, sqlite } = await sqliteDriver()
  return `${name} ${version}, SQLite ${sqlite}`
}
