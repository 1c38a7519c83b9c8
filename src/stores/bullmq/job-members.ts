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

/** Their numbers, from a place on that counts over all of their keys. */
const numbersScript = reading(
  'member-numbers',
  `
local numbers, skip, left = {}, request.from, 2000
local function add(queue, ids)
  for _, id in ipairs(ids) do
    numbers[#numbers + 1] = number_of(queue, id)
  end
  left = left - #ids
  skip = 0
end
for _, queue in ipairs(request.queue and { request.queue } or all_queues()) do
  for _, state in ipairs(request.states) do
    for _, key in ipairs(keys_of(queue, state)) do
      local spans = request.span and (state == 'completed' or state == 'failed' or state == 'cancelled')
      local length
      if key[2] then
        length = rcall('LLEN', key[1])
      elseif spans then
        length = rcall('ZCOUNT', key[1], request.span[1], request.span[2])
      else
        length = rcall('ZCARD', key[1])
      end
      if skip >= length then
        skip = skip - length
      elseif left > 0 then
        if key[2] then
          add(queue, rcall('LRANGE', key[1], skip, skip + left - 1))
        elseif spans then
          add(queue, rcall('ZRANGEBYSCORE', key[1], request.span[1], request.span[2], 'LIMIT', skip, left))
        else
          add(queue, rcall('ZRANGE', key[1], skip, skip + left - 1))
        end
      end
    end
  end
end
return { 2000 - left, numbers }`,
  places,
  members,
)

export async function countMembers(context: Context, choice: MemberChoice): Promise<number> {
  return Number(await context.calls.read(countScript, requestOf(choice)))
}

/** The numbers of these jobs, and perhaps of others: what they are now must be asked for. Without those that have none. */
export async function memberNumbers(context: Context, choice: MemberChoice): Promise<readonly number[]> {
  const found = new Set<number>()
  for (let from = 0; ; ) {
    const reply = await context.calls.read(numbersScript, { ...requestOf(choice), from })
    const [seen, numbers] = reply as readonly [number, readonly number[]]
    for (const number of numbers) found.add(number)
    if (seen < 2_000) return [...found]
    from += seen
  }
}

function requestOf({ states, queue, endedFrom, endedUntil }: MemberChoice): object {
  const span =
    endedFrom === undefined && endedUntil === undefined ? {} : { span: [endedFrom ?? '-inf', endedUntil ?? '+inf'] }
  return { states, ...(queue === undefined ? {} : { queue }), ...span }
}
