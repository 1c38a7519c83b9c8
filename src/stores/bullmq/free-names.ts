import { writing } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'

/**
 * Removes jobs whose id is the name of a part of their queue, such as `active`. BullMQ takes any id, and keeps the job where that
 * part would be: then each script that looks at the queue fails, and with it those for all other queues.
 */
const freeNamesScript = writing(
  'free-names',
  `
rcall('DEL', O .. 'ignored')
local parts = {
  'wait', 'active', 'paused', 'prioritized', 'delayed', 'completed', 'failed', 'waiting-children', 'marker', 'events', 'stalled',
  'limiter', 'id',
}
for _, queue in ipairs(rcall('SMEMBERS', O .. 'queues')) do
  local b = P .. queue .. ':'
  local freed = {}
  for _, part in ipairs(parts) do
    if rcall('TYPE', b .. part).ok == 'hash' then
      rcall('UNLINK', b .. part)
      freed[#freed + 1] = part
    end
  end
  for _, id in ipairs(freed) do
    rcall('LREM', b .. 'wait', 0, id)
    rcall('ZREM', b .. 'prioritized', id)
    rcall('ZREM', b .. 'delayed', id)
  end
end
return ''`,
  null,
  request,
)

export async function freeNames(context: Context): Promise<void> {
  await context.calls.write(freeNamesScript, {})
}
