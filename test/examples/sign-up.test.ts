import type { AddressInfo } from 'node:net'
import express from 'express'
import { BackgroundScheduler, BackgroundTasks } from 'offstage'
import { expect, onTestFinished, test, vi } from 'vitest'
import { accounts } from '../../examples/express/accounts.js'

test('Sign-up answers while its welcome mail is still being sent, and sends one.', async () => {
  const background = new BackgroundTasks()
  let sent = () => {}
  const sendEmail = vi.fn((_to: string, _subject: string, _body: string) => new Promise<void>((done) => (sent = done)))
  const app = express().use(express.json(), accounts(background, new BackgroundScheduler(), sendEmail, '1h'))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  const response = await fetch(`http://127.0.0.1:${port}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Test User', email: 'test@example.com' }),
  })
  expect(response.status).toBe(201)
  await vi.waitFor(() => expect(sendEmail).toHaveBeenCalled())
  sent()
  await background.drain()
  expect(sendEmail).toHaveBeenCalledExactlyOnceWith('test@example.com', 'Welcome!', 'Welcome, Test User!')
})
