/**
 * A command of a crontab and the text for its stdin, as Vixie's cron takes them apart: the first `%` ends the command,
 * each other one is a line end of the text, `\%` is a percent sign. The text ends with a line end.
 */
export function splitAtPercent(text: string): { readonly command: string; readonly stdin: string | null } {
  const parts: string[] = ['']
  for (let index = 0; index < text.length; index++) {
    const [char = '', next = ''] = text.slice(index, index + 2)
    const last = parts.length - 1
    if (char === '%') parts.push('')
    else if (char === '\\' && next !== '') {
      parts[last] += next === '%' ? '%' : char + next
      index++
    } else parts[last] += char
  }
  const [command = '', ...lines] = parts
  const stdin = lines.join('\n')
  return { command: command.trim(), stdin: stdin === '' ? null : `${stdin.replace(/\n$/, '')}\n` }
}

const maxName = 40
// They run another program, which says more.
const wrappers = /^(nice|ionice|chronic|nohup|setsid|exec|env|sudo|time|command|timeout|flock|chrt|taskset|stdbuf)$/
const interpreters =
  /^(sh|bash|dash|zsh|ksh|php[\d.]*|python[\d.]*|node|perl|ruby|java|npm|npx|yarn|pnpm|make|docker|podman|kubectl|bundle|rake|wp|run-parts|systemctl|offstage)$/

/** A name for the schedule of a command: of its comment, or of the program that it runs. */
export function scheduleNameOf(command: string, comment: string | null): string {
  const ofComment = comment === null ? '' : slug(comment.toLowerCase())
  return ofComment === '' ? slug(programOf(command)) || 'command' : ofComment
}

/** The program of a line of shell, with the script if it is an interpreter. */
function programOf(line: string): string {
  const words = line
    .replace(/^(\s*(cd\s+\S+|\[[^\]]*\]|test\s[^&|;]*)\s*(&&|;|\|\|))+/, '')
    .replace(/[|;&<>].*$/s, '')
    .split(/\s+/)
    .map((word) => word.replace(/^["'({]+|["')}]+$/g, ''))
    .filter((word) => word !== '')
  let first = 0
  for (let word = words[first]; word !== undefined; word = words[first]) {
    if (/^\w+=/.test(word)) first++
    else if (wrappers.test(baseName(word))) first = behindWrapper(words, first)
    else break
  }
  const [program = '', ...others] = words.slice(first)
  const name = baseName(program)
  const script = interpreters.test(name) ? others.find((word) => !word.startsWith('-')) : undefined
  return script === undefined ? name : `${name}-${baseName(script)}`
}

/** Where the program of a wrapper begins: behind its flags, their numbers, its time limit, its lock. */
function behindWrapper(words: readonly string[], at: number): number {
  const takesOne = /(^|\/)(flock|timeout|taskset)$/.test(words[at] ?? '')
  let next = at + 1
  while (/^-/.test(words[next] ?? '') || (/^-/.test(words[next - 1] ?? '') && /^\d+$/.test(words[next] ?? ''))) next++
  const behind = takesOne ? next + 1 : next
  while (/^-/.test(words[behind] ?? '') && words[behind] !== undefined) return behind + 1
  return behind
}

function baseName(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '')
}

function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.]+/g, '-')
  return plain
    .replace(/^[.-]+/, '')
    .slice(0, maxName)
    .replace(/[.-]+$/, '')
}
