import { currentJob, NonRetryableError, task } from 'offstage'

export interface Payment {
  readonly orderId: string
  readonly amount: number
  /** Offstage masks it wherever it shows a job, because of its name. */
  readonly cardToken: string
}

/** What became of the payment of each order: stands in for a table of the application. */
export type PaymentStates = Map<string, string>

/** The task that charges cards at the gateway. It runs at least once, so the gateway gets a key that stays the same. */
export function paymentTask(gatewayUrl: string, states: PaymentStates) {
  return task(
    { queue: 'payments', timeout: '1m', retry: { maxRetries: 5 } },
    async function processPayment(payment: Payment) {
      const { id, signal } = currentJob()
      const answer = await fetch(gatewayUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ amount: payment.amount, cardToken: payment.cardToken }),
        signal,
      })
      // The card is declined: another try changes nothing.
      if (answer.status === 402) {
        states.set(payment.orderId, 'declined')
        throw new NonRetryableError('the card was declined')
      }
      if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`)
      const charge = (await answer.json()) as { readonly chargeId: string }
      states.set(payment.orderId, 'paid')
      return { status: 'paid', chargeId: charge.chargeId }
    },
  )
}
