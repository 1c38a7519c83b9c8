import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { currentJob, task } from 'offstage'
import type { SendEmail } from '../stand-ins/mail.ts'
import type { PaymentStates } from './payments.ts'

/** The task that writes a report and mails it. */
export function reportTask(sendEmail: SendEmail, folder: string, payments: PaymentStates) {
  return task({ queue: 'reports', timeout: '10m' }, async function generateReport(kind: string, email: string) {
    const { id, progress } = currentJob()
    const lines = [...payments].map(([order, state]) => `${order},${state}\n`)
    progress(0.5, 'the numbers are there')
    await mkdir(folder, { recursive: true })
    const file = join(folder, `${id}.csv`)
    await writeFile(file, `order,state\n${lines.join('')}`)
    await sendEmail(email, `Your report: ${kind}`, 'It is attached.', file)
    return { file, rows: lines.length }
  })
}
