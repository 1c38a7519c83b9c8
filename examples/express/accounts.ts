import { createHash, randomBytes, randomUUID, scryptSync } from 'node:crypto'
import { Router } from 'express'
import type { BackgroundScheduler, BackgroundTasks, Duration } from 'offstage'
import { z } from 'zod'
import type { SendEmail } from '../stand-ins/mail.ts'

interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  passwordHash: string | null
}

/** What users have done, newest last. */
export type UserActions = { readonly userId: string; readonly action: string }[]

const newUser = z.object({ name: z.string().min(1), email: z.email() })
const resetRequest = z.object({ email: z.email() })
const newPassword = z.object({ token: z.string(), password: z.string() })

/** Sign-up and passwords. Mails go out in the background, after the response. */
export function accounts(
  background: BackgroundTasks,
  scheduler: BackgroundScheduler,
  sendEmail: SendEmail,
  resetTokensLive: Duration,
): Router {
  const users = new Map<string, User>()
  const actions: UserActions = []
  // Of a token only its hash is kept: whoever reads the memory, or a log, cannot use it.
  const resets = new Map<string, User>()

  // Each task does one thing, so that each can fail, be retried and be tested alone.
  const sendWelcomeEmail = (email: string, name: string) => sendEmail(email, 'Welcome!', `Welcome, ${name}!`)

  function logUserAction(userId: string, action: string): void {
    actions.push({ userId, action })
  }

  async function sendPasswordResetEmail(email: string, token: string): Promise<void> {
    await sendEmail(email, 'Your new password', `Choose one: https://shop.example/reset#${token}`)
  }

  function deleteResetToken(hash: string): void {
    resets.delete(hash)
  }

  const router = Router()

  router.post('/users', (request, response) => {
    const { name, email } = newUser.parse(request.body)
    const user: User = { id: randomUUID(), name, email, passwordHash: null }
    users.set(email, user)

    background.addTask(sendWelcomeEmail, email, name)
    background.addTask(logUserAction, user.id, 'user_created')
    background.start()
    response.status(201).json({ id: user.id, message: 'The account is there.' })
  })

  router.get('/users/:id/actions', (request, response) => {
    response.json(actions.filter(({ userId }) => userId === request.params.id))
  })

  router.post('/password-reset', (request, response) => {
    const user = users.get(resetRequest.parse(request.body).email)
    if (user !== undefined) {
      const token = randomBytes(24).toString('base64url')
      resets.set(hashOf(token), user)
      background.addTask(sendPasswordResetEmail, user.email, token)
      background.start()
      scheduler.addDelayedTask(deleteResetToken, resetTokensLive, hashOf(token))
    }
    // The same answer, whether there is such an account or not.
    response.status(202).json({ message: 'If there is an account with this address, a mail is on its way to it.' })
  })

  router.post('/password', (request, response) => {
    const { token, password } = newPassword.parse(request.body)
    const user = resets.get(hashOf(token))
    if (user === undefined) {
      response.status(410).json({ error: 'This link is used or too old.' })
      return
    }
    if (password.length < 12) {
      response.status(400).json({ error: 'A password has twelve characters at least.' })
      return
    }
    resets.delete(hashOf(token))
    const salt = randomBytes(16).toString('hex')
    user.passwordHash = `${salt}:${scryptSync(password, salt, 32).toString('hex')}`
    response.status(204).end()
  })

  return router
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
