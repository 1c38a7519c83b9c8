/**
 * A text of ours that may repeat what others wrote, such as an error, so that no line of it is a command to GitHub: those
 * begin with `::`, or have `##[` anywhere.
 */
export function withoutCommands(text: string): string {
  if (process.env.GITHUB_ACTIONS !== 'true') return text
  return text.replace(/^(\s*):(?=:)/gm, '$1\\x3a').replaceAll('##[', '\\x23#[')
}
