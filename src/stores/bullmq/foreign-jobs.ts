import { writing } from './calls.js'
import type { Context } from './context.js'
import { adopting } from './lua/adopting.js'
import { places, request } from './lua/places.js'

/** Keys that one call looks through, and calls: Redis does nothing else for about a millisecond each. */
const looks = { keys: 3_000, calls: 10 }

/**
 * Finds the queues that only producers and workers of BullMQ have used. All workers go on with one look through the names of all
 * keys. Offstage cannot write the name of every queue of BullMQ: others are left alone.
 */
const findQueuesScript = writing(
  'find-queues',
  `
rcall('DEL', O .. 'ignored')
local scanned = rcall('SCAN', rcall('GET', O .. 'scan') or '0', 'MATCH', P .. '*:meta', 'COUNT', ${looks.keys})
rcall('SET', O .. 'scan', scanned[1])
for _, key in ipairs(scanned[2]) do
  local queue = string.sub(key, #P + 1, -6)
  if #queue <= 64 and string.find(queue, '^[%w_][%w_.-]*$') then rcall('SADD', O .. 'queues', queue) end
end
return scanned[1]`,
  null,
  request,
)

export async function findQueues(context: Context): Promise<void> {
  for (let call = 0; call < looks.calls; call++) {
    if ((await context.calls.write(findQueuesScript, {})) === '0') return
  }
}

/**
 * Numbers jobs that others have added, so that they are shown while they wait: the newest and the next of each line, then those from a
 * place on that moves through all lines. What others have ended has no number unless it had one before.
 */
const numberJobsScript = writing(
  'number-jobs',
  `
rcall('DEL', O .. 'ignored')
local left = { looks = request.looks, jobs = request.most }
-- Answers how many it has looked at.
local function number(queue, ids)
  for index, id in ipairs(ids) do
    if left.jobs <= 0 then return index - 1 end
    left.looks = left.looks - 1
    if not number_of(queue, id) and rcall('EXISTS', P .. queue .. ':' .. id) == 1 then
      adopt(queue, id)
      left.jobs = left.jobs - 1
    end
  end
  return #ids
end
local queues = rcall('SMEMBERS', O .. 'queues')
table.sort(queues)
local lines = {}
-- Of many queues fewer each.
local few = math.max(1, math.min(50, math.floor(1000 / math.max(1, #queues))))
for _, queue in ipairs(queues) do
  local b = P .. queue .. ':'
  number(queue, rcall('LRANGE', b .. 'wait', 0, few - 1))
  number(queue, rcall('LRANGE', b .. 'wait', -few, -1))
  number(queue, rcall('LRANGE', b .. 'active', 0, few - 1))
  number(queue, rcall('ZRANGE', b .. 'delayed', 0, few - 1))
  number(queue, rcall('ZRANGE', b .. 'prioritized', 0, few - 1))
  for _, name in ipairs({ 'wait', 'active', 'delayed', 'prioritized', 'waiting-children' }) do
    lines[#lines + 1] = { queue, b .. name, (name == 'wait' or name == 'active') and 'LRANGE' or 'ZRANGE' }
  end
end
if #lines == 0 then return '1 0' end
-- However many these were: the others have their turn.
left.looks = request.looks
local line, from = request.line, request.from
if line > #lines then line = 1; from = 0 end
for count = 1, #lines do
  if left.looks <= 0 or left.jobs <= 0 then break end
  local of = lines[line]
  local most = math.min(left.looks, 1000)
  local some = rcall(of[3], of[2], from, from + most - 1)
  local seen = number(of[1], some)
  if seen < #some or #some == most then from = from + seen else line = line % #lines + 1; from = 0 end
end
return line .. ' ' .. from`,
  null,
  adopting,
  places,
  request,
)

const most = { looks: 2_000, jobs: 500 }

/** Numbers jobs of others, some hundred a call. */
export class ForeignJobs {
  readonly #context: Context
  #line = 1
  #from = 0

  constructor(context: Context) {
    this.#context = context
  }

  async number(): Promise<void> {
    const asked = { looks: most.looks, most: most.jobs, line: this.#line, from: this.#from }
    const answer = String(await this.#context.calls.write(numberJobsScript, asked))
    const [line = 1, from = 0] = answer.split(' ').map(Number)
    this.#line = line
    this.#from = from
  }
}
