import { lua } from '../script.js'
import { keys } from './places.js'

/**
 * The keys in which BullMQ has the jobs of a state. `cancelled` jobs are among the failed ones, too: whoever takes members from
 * there asks for their state.
 */
export const members = lua(
  `
local function all_queues()
  return rcall('SMEMBERS', O .. 'queues')
end
-- The lines of jobs that are reserved for a worker, of one queue.
local function reserved_lines(queue)
  local found = {}
  for _, line in ipairs(rcall('SMEMBERS', O .. 'lines')) do
    local worker, of = string.match(line, '^([^:]*):(.*)$')
    if of == queue then found[#found + 1] = O .. 'line:' .. worker .. ':' .. queue end
  end
  return found
end
-- Pairs of a key and whether it is a list.
local function keys_of(queue, state)
  local b = P .. queue .. ':'
  if state == 'completed' or state == 'failed' then return { { b .. state, false } } end
  if state == 'cancelled' then return { { O .. 'cancelled:' .. queue, false } } end
  if state == 'scheduled' then return { { b .. 'delayed', false }, { b .. 'waiting-children', false } } end
  if state == 'running' then return { { b .. 'active', true } } end
  local lines = { { b .. 'wait', true }, { b .. 'prioritized', false } }
  for _, line in ipairs(reserved_lines(queue)) do lines[#lines + 1] = { line, false } end
  return lines
end
`,
  keys,
)
