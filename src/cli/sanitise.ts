// Everything that can drive a terminal: C0 but tab and newline, DEL, C1, and what reorders text or hides in it.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const colour = /(\u001b\[[0-9;]*m)/

/** Text as it may be shown on a terminal: whatever could drive it is written out as an escape. Keeps newlines and tabs. */
export function visible(text: string): string {
  return text.replace(controls, escaped)
}

/** As `visible`, in one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** What a task prints, shown live: its colours are its own, all else is as in `visible`. */
export function visibleOutput(text: string): string {
  const parts = text.replaceAll('\r\n', '\n').split(colour)
  return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join('')
}

/** JSON text in which everything that could drive a terminal is a JSON escape: the same value, safe to look at. */
export function safeJson(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** As `safeJson`, for XML text: what could drive a terminal is written as its number. */
export function safeXml(xml: string): string {
  return xml.replace(controls, (character) => `&#${character.charCodeAt(0)};`)
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
