/**
 * Whether a module may have a task that `wanted` means, a name or a glob: as far as that shows in what the names of its
 * tasks begin with.
 */
export function mayHave(wanted: string, prefix: string): boolean {
  const [head = ''] = wanted.split(/[*?]/, 1)
  const isGlob = head !== wanted
  return head === prefix || head.startsWith(`${prefix}.`) || (isGlob && prefix.startsWith(head))
}
