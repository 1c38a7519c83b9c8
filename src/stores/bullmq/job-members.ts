import type { JobState } from '../../domain/job.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { members } from './lua/members.js'
import { places } from './lua/places.js'

/** Which jobs: of these states, on one queue or on all, and of the ended ones those that ended in a time. */
export interface MemberChoice {
  readonly states: readonly JobState[]
  readonly queue?: string
  readonly endedFrom?: number
  readonly endedUntil?: number
}

/** How many there are. A cancelled job may count as a failed one too. */
const countScript = reading(
  'count-members',
  `
local count = 0
for _, queue in ipairs(request.queue and { request.queue } or all_queues()) do
  for _, state in ipairs(request.states) do
    for _, key in ipairs(keys_of(queue, state)) do
      if key[2] then
        count = count + rcall('LLEN', key[1])
      elseif request.span and (state == 'completed' or state == 'failed' or state == 'cancelled') then
        count = count + rcall('ZCOUNT', key[1], request.span[1], request.span[2])
      else
        count = count + rcall('ZCARD', key[1])
      end
    end
  end
end
return count`,
  members,
)

/** Their numbers, all at one moment: between two calls jobs move, and some would be in neither. */
const numbersScript = reading(
  'member-numbers',
  `
local numbers = {}
local function add(queue, ids)
  for _, id in ipairs(ids) do
    numbers[#numbers + 1] = number_of(queue, id)
  end
end
for _, queue in ipairs(request.queue and { request.queue } or all_queues()) do
  for _, state in ipairs(request.states) do
    for _, key in ipairs(keys_of(queue, state)) do
      if key[2] then
        add(queue, rcall('LRANGE', key[1], 0, -1))
      elseif request.span and (state == 'completed' or state == 'failed' or state == 'cancelled') then
        add(queue, rcall('ZRANGEBYSCORE', key[1], request.span[1], request.span[2]))
      else
        add(queue, rcall('ZRANGE', key[1], 0, -1))
      end
    end
  end
end
return numbers`,
  places,
  members,
)

export async function countMembers(context: Context, choice: MemberChoice): Promise<number> {
  return Number(await context.calls.read(countScript, requestOf(choice)))
}

/**
 * The numbers of these jobs, and perhaps of others: what they are now must be asked for. Without those that have none. For some
 * thousands: Redis does nothing else meanwhile.
 */
export async function memberNumbers(context: Context, choice: MemberChoice): Promise<readonly number[]> {
  return [...new Set((await context.calls.read(numbersScript, requestOf(choice))) as readonly number[])]
}

function requestOf({ states, queue, endedFrom, endedUntil }: MemberChoice): object {
  const span =
    endedFrom === undefined && endedUntil === undefined ? {} : { span: [endedFrom ?? '-inf', endedUntil ?? '+inf'] }
  return { states, ...(queue === undefined ? {} : { queue }), ...span }
}
