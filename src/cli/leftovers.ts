/** What tasks that ran in this very process may have left: timers and sockets that would keep it alive for ever. */
export const leftovers = { areExpected: false }
