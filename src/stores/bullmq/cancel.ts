import { idNumber, type JobId, type JobState } from '../../domain/job.js'
import type { CancelAnswer } from '../store.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { cancelling } from './lua/ends.js'

const cancelScript = writing(
  'cancel',
  `
rcall('DEL', O .. 'ignored')
local answers = {}
for index, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local state = queue and state_of(queue, id)
  if not state then
    answers[index] = 'unknown'
  elseif request.states and not string.find(request.states, ' ' .. state .. ' ', 1, true) then
    answers[index] = 'changed'
  else
    answers[index] = cancel_job(n, queue, id, state, request.now)
  end
end
tell('end')
return table.concat(answers, ' ')`,
  null,
  cancelling,
)

export async function cancel(
  context: Context,
  ids: readonly JobId[],
  states?: readonly JobState[],
): Promise<readonly CancelAnswer[]> {
  if (ids.length === 0) return []
  const answer = await context.calls.write(cancelScript, {
    now: context.clock.now(),
    numbers: ids.map((id) => idNumber(id, 'j') ?? 0),
    ...(states === undefined ? {} : { states: ` ${states.join(' ')} ` }),
  })
  return String(answer).split(' ') as CancelAnswer[]
}
