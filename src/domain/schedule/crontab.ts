import { parseVariable } from '../shell-command.js'
import { splitAtPercent } from './crontab-command.js'

/** A line of a crontab that runs a command, with all that the lines above say of it. */
export interface CrontabEntry {
  /** Counted from 1. */
  readonly line: number
  /** Five fields, or `@daily` and the like. */
  readonly rule: string
  /** Of the last `CRON_TZ` above it; null: that of the machine. */
  readonly tz: string | null
  /** Of the last `RANDOM_DELAY` above it, in minutes; null for none. */
  readonly jitterMinutes: number | null
  /** Who runs it; null: whose crontab it is. */
  readonly user: string | null
  readonly command: string
  /** What stands behind its first `%`; null if there is none. */
  readonly stdin: string | null
  readonly env: Readonly<Record<string, string>>
  /** The comment right above it, if it is about this entry alone. */
  readonly comment: string | null
}

/** What is to be said of a line, and what to do. */
export interface CrontabRemark {
  readonly line: number
  readonly message: string
  readonly hint: string | null
}

export interface Crontab {
  readonly entries: readonly CrontabEntry[]
  /** Lines that no schedule can be made of. */
  readonly refused: readonly CrontabRemark[]
  /** Lines that have no effect, or another one than may be expected. */
  readonly notes: readonly CrontabRemark[]
}

const variable = /^(?<name>"[^"]*"|'[^']*'|[^\s=#@]+)\s*=\s*(?<value>.*)$/
// A line that was switched off: a rule is no name.
const switchedOff = /^(@\w+|[\d*][\d*/,-]*)\s+\S+\s+\S+/

/** Reads a crontab. `hasUsers`: a column before the command says who runs it, as in /etc/crontab and /etc/cron.d. */
export function parseCrontab(text: string, hasUsers: boolean): Crontab {
  const reader = new CrontabReader(hasUsers)
  const lines = text.split(/\r?\n/)
  lines.forEach((line, index) => {
    reader.read(line.trim(), index + 1, lines[index + 1]?.trim() ?? '')
  })
  return reader
}

class CrontabReader implements Crontab {
  readonly entries: CrontabEntry[] = []
  readonly refused: CrontabRemark[] = []
  readonly notes: CrontabRemark[] = []
  readonly #hasUsers: boolean
  readonly #env = new Map<string, string>()
  #tz: string | null = null
  #jitterMinutes: number | null = null
  #comment: string | null = null

  constructor(hasUsers: boolean) {
    this.#hasUsers = hasUsers
  }

  read(text: string, line: number, next: string): void {
    const comment = this.#comment
    this.#comment = null
    if (text === '') return
    if (text.startsWith('#')) {
      this.#comment = commentOf(text)
      return
    }
    const { name, value } = variable.exec(text)?.groups ?? {}
    if (name !== undefined) this.#readVariable(unquoted(name), unquoted(value ?? ''), line)
    // A comment above several entries is their heading.
    else this.#readEntry(text, line, isEntry(next) ? null : comment)
  }

  #readVariable(name: string, value: string, line: number): void {
    switch (name) {
      case 'CRON_TZ':
        this.#tz = value === '' ? null : value
        return
      case 'RANDOM_DELAY':
        this.#jitterMinutes = /^\d{1,4}$/.test(value) && value !== '0' ? Number(value) : null
        if (!/^\d{1,4}$/.test(value)) this.#note(line, `RANDOM_DELAY is no number of minutes: ${value}`, null)
        return
      case 'MAILTO':
        if (value !== '') this.#note(line, 'no mail is sent', 'name who gets failures: "notify" in the config')
        return
      case 'MAILFROM':
      case 'CONTENT_TYPE':
      case 'CONTENT_TRANSFER_ENCODING':
        return
    }
    try {
      parseVariable(`${name}=${value}`, 'the line')
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      this.#refuse(line, message.replace(/^the line: /, ''), 'give the variable another name')
      return
    }
    this.#env.set(name, value)
    if (/^["']/.test(value)) this.#note(line, `${name} has a quote that does not end, and keeps it`, null)
    if (/\$\w|\$\{/.test(value)) {
      this.#note(line, `${name} is taken as it stands, as cron does: no variable in it is replaced`, null)
    }
  }

  #readEntry(text: string, line: number, comment: string | null): void {
    const parts = splitEntry(text.replace(/^-(?=[\d*])/, ''))
    if (parts === null) {
      const hint = 'an entry is minute, hour, day, month, weekday and a command; a variable is NAME=value'
      this.#refuse(line, 'it is neither an entry nor a variable', hint)
      return
    }
    const { rule, rest } = parts
    const [user, behind] = this.#hasUsers ? firstWord(rest) : [null, rest]
    const { command, stdin } = splitAtPercent(behind)
    if (text.includes('\0')) {
      this.#refuse(line, 'it has a NUL character, which no command can have', null)
      return
    }
    if (command === '') {
      const isUser = this.#hasUsers && user !== ''
      this.#refuse(line, 'there is no command', isUser ? 'is the file one with a column for the user?' : null)
      return
    }
    if (/^@reboot$/i.test(rule)) {
      const hint = 'let the unit of your worker run it before the worker starts: ExecStartPre='
      this.#refuse(line, '@reboot is no time: no schedule fires when the machine starts', hint)
      return
    }
    const env = Object.fromEntries(this.#env)
    const [tz, jitterMinutes] = [this.#tz, this.#jitterMinutes]
    this.entries.push({ line, rule: plainRule(rule), tz, jitterMinutes, user, command, stdin, env, comment })
  }

  #refuse(line: number, message: string, hint: string | null): void {
    this.refused.push({ line, message, hint })
  }

  #note(line: number, message: string, hint: string | null): void {
    this.notes.push({ line, message, hint })
  }
}

/** The rule and what follows it; null if the line is too short for an entry. */
function splitEntry(text: string): { readonly rule: string; readonly rest: string } | null {
  const found = /^(@\S+|\S+(?:\s+\S+){4})(?:\s+(.*))?$/s.exec(text)
  if (found === null) return null
  return { rule: (found[1] ?? '').replaceAll(/\s+/g, ' '), rest: found[2] ?? '' }
}

function isEntry(text: string): boolean {
  return !text.startsWith('#') && !variable.test(text) && splitEntry(text) !== null
}

/** Names that other crons have for rules. */
function plainRule(rule: string): string {
  return /^@every_minute$/i.test(rule) ? '* * * * *' : rule
}

function firstWord(text: string): readonly [word: string, rest: string] {
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? []
  return [word, rest]
}

/** null for what is no text: a line of signs, an entry or a variable that was switched off, the names of the columns. */
function commentOf(line: string): string | null {
  const text = line.replace(/^[#\s]+/, '').replace(/[#\s]+$/, '')
  const isText = /\p{L}{2}/u.test(text) && !switchedOff.test(text) && !variable.test(text)
  return isText && !/\bdom\b.*\bmon\b.*\bdow\b/i.test(text) ? text : null
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text
}
