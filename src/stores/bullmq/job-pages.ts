import { foldNumbers } from '../../domain/failure-group.js'
import { idNumber, type JobState, jobStates } from '../../domain/job.js'
import type { JobFilter, JobPage, Page } from '../store.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { jobOf, type StoredJob, type StoredReply, storedJob } from './job-fields.js'
import { countMembers, type MemberChoice, memberNumbers } from './job-members.js'
import { matching } from './lua/matching.js'
import { jobsPerBucket } from './lua/places.js'

/**
 * Looks at jobs downwards by number, and answers where to go on. 250 jobs a call: one takes Redis 2 to 5
 * microseconds.
 */
const downwardsScript = reading(
  'jobs-downwards',
  `
local n = math.min(request.before or math.huge, (tonumber(rcall('GET', O .. 'id')) or 0) + 1) - 1
local lowest = (tonumber(rcall('GET', O .. 'lowest')) or 0) * ${jobsPerBucket}
local left = 250
while n >= lowest and n > 0 and left > 0 and not is_full() do
  local at = places_in(bucket(n))
  local first = n - n % ${jobsPerBucket}
  while n >= first and left > 0 and not is_full() do
    if at[n] then
      left = left - 1
      look_at(n, locate(at[n], n))
    end
    n = n - 1
  end
  left = left - 1
end
return { (n < lowest or n <= 0) and 0 or n + 1, jobs }`,
  matching,
)

/** Looks at jobs with these numbers, in their order, and answers how many it has looked at. */
const numberedScript = reading(
  'jobs-numbered',
  `
local seen = 0
for _, n in ipairs(request.numbers) do
  if is_full() then break end
  seen = seen + 1
  local queue, id = where(n)
  if queue then look_at(n, queue, id) end
end
return { seen, jobs }`,
  matching,
)

type PageReply = readonly [number, readonly StoredReply[]]

// Up to so many, to read the numbers of all and sort them costs less than to walk through a history in which they are rare.
const fewMembers = 10_000

/** One page of jobs, the newest first. */
export async function jobsPage(context: Context, filter: JobFilter, page: Page): Promise<JobPage> {
  const before = page.after === null ? null : (idNumber(page.after, 'j') ?? 0)
  if (before === 0) return { items: [], next: null }
  const choice = choiceOf(filter)
  const wanted = page.limit + 1
  const found =
    choice !== null && (await countMembers(context, choice)) <= fewMembers
      ? await fromMembers(context, filter, choice, before, wanted)
      : await downwards(context, filter, before, wanted)
  const items = found.slice(0, page.limit).map(jobOf)
  return { items, next: found.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** What of BullMQ's sets may have jobs of this filter; null: all of them. */
function choiceOf({ states, queue, reason, error, endedAfter }: JobFilter): MemberChoice | null {
  const possible = (state: JobState) =>
    (states === undefined || states.includes(state)) &&
    ((reason === undefined && error === undefined) || state === 'failed') &&
    (endedAfter === undefined || state === 'completed' || state === 'failed' || state === 'cancelled')
  const left = jobStates.filter(possible)
  if (left.length === jobStates.length) return null
  return {
    states: left,
    ...(queue === undefined ? {} : { queue }),
    ...(endedAfter === undefined ? {} : { endedFrom: endedAfter }),
  }
}

async function downwards(
  context: Context,
  filter: JobFilter,
  first: number | null,
  wanted: number,
): Promise<readonly StoredJob[]> {
  const found: StoredJob[] = []
  for (let before = first; found.length < wanted; ) {
    const asked = { filter: requestOf(filter), limit: wanted - found.length, ...(before === null ? {} : { before }) }
    const [next, jobs] = (await context.calls.read(downwardsScript, asked)) as PageReply
    found.push(...jobs.map(storedJob))
    if (next === 0) break
    before = next
  }
  return found
}

async function fromMembers(
  context: Context,
  filter: JobFilter,
  choice: MemberChoice,
  before: number | null,
  wanted: number,
): Promise<readonly StoredJob[]> {
  if (choice.states.length === 0) return []
  const all = await memberNumbers(context, choice)
  const numbers = all.filter((number) => before === null || number < before).sort((a, b) => b - a)
  const found: StoredJob[] = []
  for (let from = 0; from < numbers.length && found.length < wanted; ) {
    const asked = { filter: requestOf(filter), limit: wanted - found.length, numbers: numbers.slice(from, from + 250) }
    const [seen, jobs] = (await context.calls.read(numberedScript, asked)) as PageReply
    found.push(...jobs.map(storedJob))
    from += seen
  }
  return found
}

function requestOf({ states, error, ...rest }: JobFilter): object {
  return {
    ...rest,
    ...(states === undefined ? {} : { states: ` ${states.join(' ')} ` }),
    ...(error === undefined ? {} : { error: foldNumbers(error) }),
  }
}
