/** So long one turn of the event loop may go on with functions that never wait: a server has requests to answer meanwhile. */
export const longestTurnMs = 5
