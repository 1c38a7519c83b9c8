import { currentJob, NonRetryableError } from 'offstage'
import { mailProvider } from '../../stand-ins/mail.ts'
import { inData } from '../data.ts'

const send = mailProvider(inData('outbox'))

/** Reaches a user on the phone: by a push message and by a text message. */
export async function urgent(userId: string, message: string): Promise<void> {
  if (!/^\w+$/.test(userId)) throw new NonRetryableError(`there is no user ${userId}`)
  currentJob().log(`alert for ${userId}`)
  await Promise.all([send(`${userId}@push.example`, 'Alert', message), send(`${userId}@sms.example`, 'Alert', message)])
}
