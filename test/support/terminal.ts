// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const colour = /\u001b\[[0-9;]*m/g

/** Where a text would drive a terminal, or reorder or hide what is on it; null if nowhere. */
export function drivesTerminal(text: string): string | null {
  const found = controls.exec(text)
  return found === null ? null : JSON.stringify(text.slice(Math.max(0, found.index - 20), found.index + 20))
}

/** As `drivesTerminal`, but for colours. */
export function drivesMoreThanColour(text: string): string | null {
  return drivesTerminal(text.replace(colour, ''))
}
