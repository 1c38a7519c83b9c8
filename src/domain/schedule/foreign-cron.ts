/** What is wrong with a cron expression; `hint` says what to write, where that is not the usual. */
export interface CronFault {
  readonly why: string
  readonly hint?: string
}

const nicknames = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/i
const units: Readonly<Record<string, string>> = {
  second: 's',
  minute: 'm',
  hour: 'h',
  'day of the month': 'd',
}

/**
 * The fault of a text in the form of another scheduler, with what to write instead; null if it has none of these.
 * `isRule`: whether a text is a cron expression.
 */
export function foreignForm(text: string, isRule: (text: string) => boolean): CronFault | null {
  const [first = '', ...others] = text.split(/\s+/)
  const rest = others.join(' ')
  const zone = /^(?:CRON_TZ|TZ)=(\S+)$/.exec(first)?.[1]
  if (zone !== undefined) {
    return { why: 'the zone is not a part of it', hint: `write the rule "${rest}", and the zone as --tz ${zone}` }
  }
  if (/^@every$/i.test(first)) {
    return { why: 'that is an interval', hint: intervalHint(rest) }
  }
  if (/^@reboot$/i.test(first)) {
    const hint = 'let the unit of your worker run it before the worker starts: ExecStartPre='
    return { why: 'the start of a machine is no time', hint }
  }
  const call = /^(rate|cron)\((.*)\)$/is.exec(text)
  if (call !== null) return ofAmazon(call[1]?.toLowerCase() ?? '', call[2] ?? '')
  const spoken = /^every\s+(.+)$/i.exec(text)?.[1]
  if (spoken !== undefined) {
    return { why: 'that is an interval', hint: intervalHint(spoken) }
  }
  const command = commandBehind(text, isRule)
  if (command !== null) return command
  if (/\d:\d\d|\.\./.test(text)) {
    return { why: 'that is the form of systemd', hint: 'write 02:30 on weekdays as "30 2 * * MON-FRI"' }
  }
  return longForm(text, isRule)
}

/** A step that its field cannot have. A step over all of the field would be its first value alone. */
export function stepFault(entry: string, field: string): Required<CronFault> | null {
  const step = /^\*\/(\d+)$/.exec(entry)?.[1]
  const unit = units[field]
  if (step === undefined || unit === undefined || Number(step) === 0) return null
  return { why: 'the step is longer than the field', hint: `for an interval write --every ${Number(step)}${unit}` }
}

function commandBehind(text: string, isRule: (text: string) => boolean): CronFault | null {
  const fields = text.split(/\s+/)
  const length = nicknames.test(fields[0] ?? '') ? 1 : 5
  const [rule, behind] = [fields.slice(0, length).join(' '), fields.slice(length).join(' ')]
  // A sixth or seventh field of other schedulers has digits, signs and short names.
  const isCommand = length === 1 ? behind !== '' : /[a-z]{4}|[~$"'=.&|;>]|^\/|[a-z]\/|\/[a-z]/i.test(behind)
  if (!isCommand || !isRule(rule)) return null
  const hint = `write: offstage schedule --name NAME --cron "${rule}" -- ${behind.slice(0, 60)}; or import a crontab: offstage schedule import`
  return { why: 'a command follows the rule', hint }
}

function longForm(text: string, isRule: (text: string) => boolean): CronFault | null {
  const fields = text.split(/\s+/)
  if (fields.length !== 7) {
    if (/(^|\s)H([/(\s]|$)/.test(text))
      return { why: '"H" is no number', hint: 'write one, and spread jobs with --jitter 10m' }
    if (/\d~\d|(^|\s)~/.test(text))
      return { why: '"~" is no sign of it', hint: 'write the first time, and --jitter 30m' }
    return null
  }
  const [seconds = '', ...others] = fields
  const rule = (seconds === '0' ? others : fields).slice(0, -1).join(' ')
  const hint = isRule(rule) ? `write "${rule}", and --until for an end` : 'leave it out, and write --until for an end'
  return { why: 'it has 7 fields, not 5 or 6', hint: `a year is not known: ${hint}` }
}

/** EventBridge: `rate(5 minutes)`, and `cron(0 8 * * ? *)` with a year at the end. */
function ofAmazon(kind: string, inside: string): CronFault {
  if (kind === 'rate') return { why: 'that is an interval', hint: intervalHint(inside) }
  const rule = inside.trim().split(/\s+/).slice(0, 5).join(' ')
  return {
    why: 'the form of AWS is another',
    hint: `write "${rule}": five fields, without the year; weekdays from 0 for Sunday`,
  }
}

/** Months and weekdays are no intervals. */
function intervalHint(text: string): string {
  const found = interval(text)
  if (found !== null) return `write --every ${found} (every in code)`
  return 'for an interval write --every 5m (every in code), for Mondays "0 9 * * MON", for the first of a month "0 9 1 * *"'
}

/** `5 minutes` and `1h30m` as a duration; null if it is none. */
function interval(text: string): string | null {
  const units =
    /^\s*(?:(\d+)\s*)?(?:(s)(?:ecs?|econds?)?|(m)(?:ins?|inutes?)?|(h)(?:ours?|rs?)?|(d)(?:ays?)?|(w)(?:eeks?)?)\s*$/i
  const [, number = '1', ...found] = units.exec(text) ?? []
  const unit = found.find((letter) => letter !== undefined)
  if (unit !== undefined) return `${number}${unit.toLowerCase()}`
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/i.exec(text.trim())
  if (parts === null || text.trim() === '') return null
  const [, hours = '0', minutes = '0', seconds = '0'] = parts
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return total % 3600 === 0 ? `${total / 3600}h` : total % 60 === 0 ? `${total / 60}m` : `${total}s`
}
