/** Whether the text means several tasks: `*` and `?` are in no task's name. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/**
 * Whether the glob matches the whole name: `*` stands for any characters or none, dots included, `?` for one, every
 * other character for itself.
 */
export function matchesGlob(glob: string, name: string): boolean {
  // Not a RegExp: with many stars that tries every way to share the name among them. Here only the last star gives way.
  let [inGlob, inName] = [0, 0]
  let lastStar: { readonly inGlob: number; inName: number } | null = null
  while (inName < name.length) {
    const expected = glob[inGlob]
    if (expected === '*') {
      lastStar = { inGlob, inName }
      inGlob++
    } else if (expected === '?' || expected === name[inName]) {
      inGlob++
      inName++
    } else if (lastStar !== null) {
      lastStar.inName++
      inGlob = lastStar.inGlob + 1
      inName = lastStar.inName
    } else return false
  }
  return /^\**$/.test(glob.slice(inGlob))
}
