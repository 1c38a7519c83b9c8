import { randomUUID } from 'node:crypto'
import { writing } from './calls.js'
import type { Context } from './context.js'

const identityScript = writing(
  'identity',
  `
rcall('SET', O .. 'identity', request.id, 'NX')
return rcall('GET', O .. 'identity')`,
  null,
)

/** Which store it is. A copy of the database has the same. */
export async function identity(context: Context): Promise<string> {
  return String(await context.calls.write(identityScript, { id: randomUUID() }))
}
