/**
 * The error of oclif's parser in one line of our own: its text has several lines, and repeats values that the user did
 * not type.
 */
export function parserMistake(text: string): { readonly message: string; readonly hint: string | null } {
  const [first = '', ...rest] = text.split('\n').flatMap((line) => line.trim() || [])
  const flag = /^Parsing (--\S+)$/.exec(first)?.[1]
  if (flag !== undefined) return { message: `${flag}: ${valueMistake(rest[0] ?? '')}`, hint: null }
  const reason = /^The following errors? occurred:$/.test(first) ? (rest[0] ?? '') : first
  return choiceMistake(reason) ?? flagsMistake(reason) ?? { message: reason, hint: 'see --help' }
}

function valueMistake(text: string): string {
  const { bound, limit, value } =
    /^Expected an integer(?: (?<bound>greater|less) than or equal to (?<limit>\S+))? but received: (?<value>.*)$/.exec(
      text,
    )?.groups ?? {}
  if (value === undefined) return text
  const range = bound === undefined ? '' : ` of ${limit} or ${bound === 'greater' ? 'more' : 'less'}`
  return `${JSON.stringify(value)} is no whole number${range}`
}

/** A value that is none of those a flag takes. */
function choiceMistake(text: string) {
  const [, flag, value, choices] = /^Expected (--[^\s=]+)=(.*) to be one of: (.+)$/s.exec(text) ?? []
  return flag === undefined ? null : { message: `${flag}: ${JSON.stringify(value)} is none of ${choices}`, hint: null }
}

/** Flags that need each other, or exclude each other. */
function flagsMistake(text: string) {
  const excluded = /^(--[^\s=]+)(?:=.*)? cannot also be provided when using (--\S+)$/s.exec(text)
  if (excluded !== null)
    return { message: `${excluded[2]} and ${excluded[1]} are both given`, hint: 'give one of them' }
  const needed = /^All of the following must be provided when using (--\S+): (.+)$/.exec(text)
  return needed === null ? null : { message: `${needed[1]} needs ${needed[2]}`, hint: `give ${needed[2]} too` }
}
