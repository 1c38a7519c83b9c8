const maxIds = 10

/**
 * A message between a worker and a task process in one line: its type, its size and the jobs it is about. No payload.
 */
export function describeMessage(message: unknown): string {
  const bytes = Buffer.byteLength(JSON.stringify(message) ?? '')
  if (typeof message !== 'object' || message === null) return `unreadable, ${bytes} bytes`
  const ids = [...new Set(Object.values(message).flatMap(idsIn))]
  const own = 'id' in message ? [idOf(message.id)] : []
  const all = [...own, ...ids]
  const more = all.length > maxIds ? ` and ${all.length - maxIds} more` : ''
  const jobs = all.length === 0 ? '' : `, ${all.slice(0, maxIds).join(' ')}${more}`
  return `${typeOf(message)}, ${bytes} bytes${jobs}`
}

function typeOf(message: object): string {
  // A task can send whatever it likes, a secret too.
  return 'type' in message && typeof message.type === 'string' && /^[a-z ]{1,20}$/.test(message.type)
    ? message.type
    : 'unreadable'
}

/** Assignments, starts and ends are arrays that begin with the id; everything else that is of a job has it as `id`. */
function idsIn(part: unknown): readonly string[] {
  if (!Array.isArray(part)) return typeof part === 'object' && part !== null && 'id' in part ? [idOf(part.id)] : []
  return part.flatMap((item: unknown) => {
    if (Array.isArray(item)) return [idOf(item[0])]
    return typeof item === 'object' && item !== null && 'id' in item ? [idOf(item.id)] : []
  })
}

function idOf(id: unknown): string {
  return typeof id === 'string' && /^j\d{1,16}$/.test(id) ? id : '-'
}
