/** Writes what stdout gets, as people read it. */
export type Print = (text: string) => void
