import type { QueueChoice, QueueShare } from '../domain/queues.js'

type Take<T> = (queue: string, limit: number) => readonly T[]

/** Shares claims out among queues, and remembers what it owes to each. */
export class Turns {
  /** Jobs that a queue should have had so far beyond those it had. */
  readonly #owed = new Map<string, number>()

  /** At most `limit` of what `take` gives, from the queues that have jobs (`ready`, by name). */
  share<T>(ready: readonly string[], choice: QueueChoice, limit: number, take: Take<T>): T[] {
    if (choice?.strict) {
      const taken: T[] = []
      for (const { name } of choice.shares) {
        if (taken.length < limit && ready.includes(name)) taken.push(...take(name, limit - taken.length))
      }
      return taken
    }
    const weights = new Map(choice?.shares.map(({ name, weight }) => [name, weight]))
    const shares = ready.map((name) => ({ name, weight: choice === null ? 1 : (weights.get(name) ?? 0) }))
    return this.#byWeight(
      shares.filter(({ weight }) => weight > 0),
      limit,
      take,
    )
  }

  #byWeight<T>(ready: readonly QueueShare[], limit: number, take: Take<T>): T[] {
    // A queue that was empty has nothing to catch up with.
    const names = new Set(ready.map(({ name }) => name))
    for (const name of this.#owed.keys()) if (!names.has(name)) this.#owed.delete(name)
    const taken: T[] = []
    let round = ready
    while (round.length > 0 && taken.length < limit) {
      const longer: QueueShare[] = []
      for (const [share, quota] of this.#quotas(round, limit - taken.length)) {
        const some = quota === 0 ? [] : take(share.name, quota)
        taken.push(...some)
        this.#owe(share.name, -some.length)
        if (some.length === quota) longer.push(share)
        else this.#owed.delete(share.name)
      }
      // The rest of short queues is shared out among the others.
      round = longer
    }
    this.#balance()
    return taken
  }

  /** `places` shared out by weight: whole jobs, so that what is rounded off one time is made up for the next. */
  #quotas(round: readonly QueueShare[], places: number): readonly (readonly [QueueShare, number])[] {
    const total = round.reduce((sum, { weight }) => sum + weight, 0)
    for (const { name, weight } of round) this.#owe(name, (places * weight) / total)
    let left = places
    const quotas = [...round]
      .sort((a, b) => this.#owedTo(b) - this.#owedTo(a))
      .map((share) => {
        const quota = Math.min(left, Math.max(0, Math.floor(this.#owedTo(share))))
        left -= quota
        return { share, quota }
      })
    quotas.sort((a, b) => this.#owedTo(b.share) - b.quota - (this.#owedTo(a.share) - a.quota))
    return quotas.map(({ share, quota }, index) => [share, quota + (index < left ? 1 : 0)])
  }

  /** Debts are between queues: the part that all are owed alike is dropped. */
  #balance(): void {
    const sum = [...this.#owed.values()].reduce((a, b) => a + b, 0)
    for (const name of this.#owed.keys()) this.#owe(name, -sum / this.#owed.size)
  }

  #owedTo({ name }: QueueShare): number {
    return this.#owed.get(name) ?? 0
  }

  #owe(name: string, jobs: number): void {
    // Millionths of a job: thirds that do not add up to one must not decide whose turn it is.
    this.#owed.set(name, Math.round(((this.#owed.get(name) ?? 0) + jobs) * 1e6) / 1e6)
  }
}
