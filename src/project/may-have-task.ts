/**
 * Whether a module may have a task that `pattern` means, a name or a glob: as far as that shows in what the names of its
 * tasks begin with.
 */
export function mayHaveTask(pattern: string, prefix: string): boolean {
  const [head = ''] = pattern.split(/[*?]/, 1)
  const isGlob = head !== pattern
  return head === prefix || head.startsWith(`${prefix}.`) || (isGlob && prefix.startsWith(head))
}
