import { addDelayedJob } from 'bullmq/dist/esm/scripts/addDelayedJob-6.js'
import { addPrioritizedJob } from 'bullmq/dist/esm/scripts/addPrioritizedJob-9.js'
import { extendLocks } from 'bullmq/dist/esm/scripts/extendLocks-1.js'
import { moveJobFromActiveToWait } from 'bullmq/dist/esm/scripts/moveJobFromActiveToWait-9.js'
import { moveToActive } from 'bullmq/dist/esm/scripts/moveToActive-11.js'
import { moveToDelayed } from 'bullmq/dist/esm/scripts/moveToDelayed-11.js'
import { moveToFinished } from 'bullmq/dist/esm/scripts/moveToFinished-14.js'
import { pause } from 'bullmq/dist/esm/scripts/pause-7.js'
import { removeJob } from 'bullmq/dist/esm/scripts/removeJob-2.js'
import { reprocessJob } from 'bullmq/dist/esm/scripts/reprocessJob-9.js'
import { retryJob } from 'bullmq/dist/esm/scripts/retryJob-11.js'
import { updateProgress } from 'bullmq/dist/esm/scripts/updateProgress-3.js'
import { type Lua, lua } from './script.js'

/** The version of BullMQ whose scripts are bundled. Its scripts are its protocol: its ports to other languages run them too. */
export const bullmqVersion = '6.7.0'

interface Published {
  readonly name: string
  readonly content: string
  readonly keys: number
}

/**
 * A script of BullMQ, unchanged, as a function of a script of ours: `bull_NAME(KEYS, ARGV)`. Arguments that BullMQ unpacks are
 * given as tables, since they need not cross a connection.
 */
function functionOf({ name, content }: Published): Lua {
  return lua(`local function bull_${name}(KEYS, ARGV)\n${content}\nend`, unpacked)
}

const unpacked = lua('local cmsgpack = { unpack = function(value) return value end }')

export const bull = {
  addDelayedJob: functionOf(addDelayedJob),
  addPrioritizedJob: functionOf(addPrioritizedJob),
  extendLocks: functionOf(extendLocks),
  moveJobFromActiveToWait: functionOf(moveJobFromActiveToWait),
  moveToActive: functionOf(moveToActive),
  moveToDelayed: functionOf(moveToDelayed),
  moveToFinished: functionOf(moveToFinished),
  pause: functionOf(pause),
  removeJob: functionOf(removeJob),
  reprocessJob: functionOf(reprocessJob),
  retryJob: functionOf(retryJob),
  updateProgress: functionOf(updateProgress),
}

/** The scripts as BullMQ publishes them, for the test that compares them with the package. */
export const published: readonly Published[] = [
  addDelayedJob,
  addPrioritizedJob,
  extendLocks,
  moveJobFromActiveToWait,
  moveToActive,
  moveToDelayed,
  moveToFinished,
  pause,
  removeJob,
  reprocessJob,
  retryJob,
  updateProgress,
]
