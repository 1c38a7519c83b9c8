/** Whether tasks have run in this process: they may leave timers and sockets that would keep it alive for ever. */
export const leftovers = { areExpected: false }
