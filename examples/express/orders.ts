import { Router } from 'express'
import type { BackgroundTasks } from 'offstage'
import { z } from 'zod'
import type { SendEmail } from '../stand-ins/mail.ts'

const newOrder = z.object({
  email: z.email(),
  items: z.array(z.object({ product: z.string(), quantity: z.number().int().positive() })).min(1),
})

interface Order extends z.infer<typeof newOrder> {
  readonly id: number
  readonly total: number
}

const prices: Readonly<Record<string, number>> = { pen: 2, ink: 9, paper: 5 }

/** Orders. Each starts four tasks; if one fails, the others run all the same. */
export function orders(background: BackgroundTasks, sendEmail: SendEmail, warehouseUrl: string | null): Router {
  const taken = new Map<number, Order>()
  const stock = new Map(Object.keys(prices).map((product) => [product, 100]))
  const sales = { orders: 0, total: 0 }

  async function sendOrderConfirmation(id: number): Promise<void> {
    const order = taken.get(id)
    if (order !== undefined) await sendEmail(order.email, `Order ${id}`, `Your order ${id} is in work.`)
  }

  function updateInventory(items: Order['items']): void {
    for (const { product, quantity } of items) stock.set(product, (stock.get(product) ?? 0) - quantity)
  }

  async function notifyWarehouse(order: Order): Promise<void> {
    if (warehouseUrl === null) return
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ order: order.id, items: order.items })
    const { ok, status } = await fetch(warehouseUrl, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(10_000),
    })
    if (!ok) throw new Error(`the warehouse answered ${status}`)
  }

  function updateAnalytics(total: number): void {
    sales.orders++
    sales.total += total
  }

  const router = Router()

  router.post('/orders', (request, response) => {
    const { email, items } = newOrder.parse(request.body)
    const unknown = items.find(({ product }) => !Object.hasOwn(prices, product))
    if (unknown !== undefined) {
      response.status(422).json({ error: `There is no product ${unknown.product}.` })
      return
    }
    const total = items.reduce((sum, { product, quantity }) => sum + (prices[product] ?? 0) * quantity, 0)
    const order: Order = { id: taken.size + 1, email, items, total }
    taken.set(order.id, order)

    background.addTask(sendOrderConfirmation, order.id)
    background.addTask(updateInventory, order.items)
    background.addTask(notifyWarehouse, order)
    background.addTask(updateAnalytics, order.total)
    background.start()
    response.status(202).json({ orderId: order.id, status: 'processing' })
  })

  router.get('/stock', (_, response) => {
    response.json(Object.fromEntries(stock))
  })

  router.get('/sales', (_, response) => {
    response.json(sales)
  })

  return router
}
