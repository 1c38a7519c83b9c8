/** Shares one claim out among queues, evenly, and remembers whose turn is next. */
export class Turns {
  #last = ''

  /**
   * At most `limit` of what `take` gives, from the queues of `ready` (sorted by name). Begins after the queue that was
   * served last: a worker with room for one job at a time must not serve the first name only.
   */
  share<T>(ready: readonly string[], limit: number, take: (queue: string, limit: number) => readonly T[]): T[] {
    const next = ready.findIndex((queue) => queue > this.#last)
    let round = next < 0 ? ready : [...ready.slice(next), ...ready.slice(0, next)]
    const taken: T[] = []
    while (round.length > 0 && taken.length < limit) {
      const share = Math.max(1, Math.floor((limit - taken.length) / round.length))
      const longer: string[] = []
      for (const queue of round) {
        if (taken.length === limit) break
        const some = take(queue, share)
        taken.push(...some)
        if (some.length > 0) this.#last = queue
        if (some.length === share) longer.push(queue)
      }
      // What the short queues and the rounding left over is shared out among those that may have more.
      round = longer
    }
    return taken
  }
}
