/**
 * JSON as Python writes it, as JSON: NaN and the infinities stand there as bare words, which JSON does not have, and become
 * texts. What is in texts is left alone.
 */
export function jsonOfPython(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text
  // Whole texts are no parts of the pattern: one of ten megabytes would overflow its stack.
  let isInText = false
  return text.replaceAll(/\\.|"|-?Infinity|NaN/gs, (part) => {
    if (part === '"') isInText = !isInText
    return isInText || part === '"' || part.startsWith('\\') ? part : `"${part}"`
  })
}
