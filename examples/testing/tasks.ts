import { currentJob, task } from 'offstage'
import { z } from 'zod'

/** What was sent: a stand-in for a mail service. */
export const outbox: string[] = []

/** A plain function: no options, callable as it is. */
export async function welcome(to: string): Promise<string> {
  if (!to.includes('@')) throw new Error(`${to} is no address`)
  outbox.push(`welcome ${to}`)
  return to
}

/** Each morning, and again a minute later if it fails. */
export const digest = task(
  {
    schema: z.object({ to: z.string() }),
    schedule: { cron: '0 7 * * *', tz: 'UTC', args: [{ to: 'team@example.com' }] },
    retry: { maxRetries: 2, initialDelay: '1m' },
    timeout: '5m',
  },
  async ({ to }) => {
    const { attempt, slot } = currentJob()
    outbox.push(`digest ${to} ${slot?.toISOString().slice(0, 10) ?? 'now'} (attempt ${attempt})`)
  },
)
