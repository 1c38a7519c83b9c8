import { type JobState, jobStates } from '../../domain/job.js'
import type { QueueInfo } from '../store.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { counting } from './lua/counting.js'

const queuesScript = reading(
  'queues',
  `
local found = {}
for _, queue in ipairs(all_queues()) do
  local counts = counts_of(queue)
  local oldest = counts[2] > 0 and oldest_queued(queue)
  found[#found + 1] = { queue, rcall('HEXISTS', P .. queue .. ':meta', 'paused'), counts, oldest or -1 }
end
return found`,
  counting,
)

type QueueReply = readonly [name: string, paused: number, counts: readonly number[], oldest: number]

/** Every queue that has jobs or is paused, by name. */
export async function queueInfos(context: Context): Promise<readonly QueueInfo[]> {
  const reply = (await context.calls.read(queuesScript, {})) as readonly QueueReply[]
  return reply
    .filter(([, paused, counts]) => paused === 1 || counts.some((count) => count > 0))
    .map(
      ([name, paused, counts, oldest]): QueueInfo => ({
        name,
        paused: paused === 1,
        counts: Object.fromEntries(jobStates.map((state, index) => [state, counts[index] ?? 0])) as Record<
          JobState,
          number
        >,
        oldestQueuedAt: oldest < 0 ? null : oldest,
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
