import { idNumber, type JobId } from '../../domain/job.js'
import type { Removed } from '../store.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { removing } from './lua/removing.js'

const removeScript = writing(
  'remove',
  `
rcall('DEL', O .. 'ignored')
local answers = {}
for index, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local state = queue and state_of(queue, id)
  if not state then
    answers[index] = 'unknown'
  elseif state ~= 'completed' and state ~= 'failed' and state ~= 'cancelled' then
    answers[index] = 'unended'
  elseif holds_key(n, rcall('HGET', P .. queue .. ':' .. id, 'key'), request.now) then
    answers[index] = 'key-held'
  else
    remove_job(n, queue, id)
    answers[index] = 'removed'
  end
end
return table.concat(answers, ' ')`,
  null,
  removing,
)

export async function remove(context: Context, ids: readonly JobId[]): Promise<readonly Removed[]> {
  if (ids.length === 0) return []
  const numbers = ids.map((id) => idNumber(id, 'j') ?? 0)
  const answer = await context.calls.write(removeScript, { now: context.clock.now(), numbers })
  return String(answer).split(' ') as Removed[]
}
