/**
 * JSON as Python writes it, as JSON: NaN and the infinities stand there as bare words, which JSON does not have, and become
 * texts. What is in texts is left alone.
 */
export function jsonOfPython(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (part) => (part.startsWith('"') ? part : `"${part}"`))
}
