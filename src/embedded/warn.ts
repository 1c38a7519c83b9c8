/** Warns as Node does, on stderr or to listeners of `warning`: an engine has no log of its own. */
export function warn(message: string): void {
  process.emitWarning(message, 'OffstageWarning')
}
