import { writing } from './calls.js'
import type { Context } from './context.js'
import { request } from './lua/places.js'

/**
 * Removes jobs whose id is the name of a part of their queue, such as `active`. BullMQ takes any id, and keeps the job where that
 * part would be: then each script that looks at the queue fails, and with it those for all other queues. Some hundred queues a
 * call.
 */
const freeNamesScript = writing(
  'free-names',
  `
rcall('DEL', O .. 'ignored')
local parts = {
  'wait', 'active', 'paused', 'prioritized', 'delayed', 'completed', 'failed', 'waiting-children', 'marker', 'events', 'stalled',
  'limiter', 'id',
}
local scanned = rcall('SSCAN', O .. 'queues', request.cursor, 'COUNT', 200)
for _, queue in ipairs(scanned[2]) do
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
return scanned[1]`,
  null,
  request,
)

export async function freeNames(context: Context): Promise<void> {
  for (let cursor = '0'; ; ) {
    cursor = String(await context.calls.write(freeNamesScript, { cursor }))
    if (cursor === '0') return
  }
}
