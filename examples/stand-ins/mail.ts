import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly body: string
  /** The path of a file. */
  readonly attachment?: string
}

/** Sends a mail. Rejects if the address is refused. */
export type SendEmail = (to: string, subject: string, body: string, attachment?: string) => Promise<void>

/** A mail provider that writes each mail into a folder. */
export function mailProvider(folder: string): SendEmail {
  return async function sendEmail(to, subject, body, attachment) {
    if (!to.includes('@') || to.endsWith('@bounce.example')) throw new Error(`no mailbox ${to}`)
    const mail: Mail = { to, subject, body, ...(attachment === undefined ? {} : { attachment }) }
    await mkdir(folder, { recursive: true })
    const file = join(folder, `${Date.now()}-${randomUUID()}.json`)
    // Nobody finds half a mail.
    await writeFile(`${file}.part`, JSON.stringify(mail))
    await rename(`${file}.part`, file)
  }
}
