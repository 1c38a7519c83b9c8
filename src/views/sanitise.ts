// Everything that can drive a terminal: C0 except tab and newline, DEL, C1, and characters that reorder text or are
// invisible. The joiners of emoji, Persian and Indic scripts (U+200C, U+200D) stay behind a letter of such a script or an
// emoji; elsewhere they only hide.
const controls =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|(?<![\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)[\u200c\u200d]/gu
const colour = /(\u001b\[[0-9;]*m)/

/** Text that is safe on a terminal: characters that could drive it are escapes. Keeps newlines and tabs. */
export function visible(text: string): string {
  return text.replace(controls, escaped)
}

/** As `visible`, in one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** As `visible`, for the output of a task: keeps its colours. */
export function visibleOutput(text: string): string {
  const parts = text.replaceAll('\r\n', '\n').split(colour)
  return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join('')
}

/** The same for output that is shown as it comes: a lone CR begins its line anew, as a bar of progress does. */
export function visibleLive(text: string): string {
  return text.split('\r').map(visibleOutput).join('\r')
}

/** The text without the colours that `visibleOutput` keeps. */
export function withoutColours(text: string): string {
  return text
    .split(colour)
    .filter((_, index) => index % 2 === 0)
    .join('')
}

/** The JSON text of the same value, in which characters that could drive a terminal are JSON escapes. */
export function safeJson(json: string): string {
  return json.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** As `safeJson`, for XML text: characters that could drive a terminal are written as numbers. */
export function safeXml(xml: string): string {
  return xml.replace(controls, (character) => `&#${character.charCodeAt(0)};`)
}

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
