import { notifyTask } from '../../../domain/notification.js'
import { shellTask } from '../../../domain/shell-task.js'
import { lua } from '../script.js'
import { jobsPerBucket, keys } from './places.js'

/**
 * Built-in tasks run programs that their arguments name, so whoever could store such a job could run any program. Of each that a
 * script of ours stores, a digest is kept where no producer of BullMQ writes. A job without it, or with other data, is refused.
 */
export const guarding = lua(
  `
local guarded = { ['${shellTask}'] = true, ['${notifyTask}'] = true }
local function digests(n)
  return O .. 'guard:' .. math.floor(n / ${jobsPerBucket})
end
local function digest_of(queue, task, data)
  return redis.sha1hex(queue .. '\\n' .. task .. '\\n' .. data)
end
local function guard_job(n, queue, task, data)
  if guarded[task] then rcall('HSET', digests(n), n, digest_of(queue, task, data)) end
end
local function is_genuine(n, queue, task, data)
  return rcall('HGET', digests(n), n) == digest_of(queue, task or '', data or '')
end
`,
  keys,
)
