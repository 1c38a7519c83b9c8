/** Whether a module whose task names begin with `prefix` may have a task that `pattern`, a name or a glob, selects. */
export function mayHaveTask(pattern: string, prefix: string): boolean {
  const [head = ''] = pattern.split(/[*?]/, 1)
  const isGlob = head !== pattern
  return head === prefix || head.startsWith(`${prefix}.`) || (isGlob && prefix.startsWith(head))
}
