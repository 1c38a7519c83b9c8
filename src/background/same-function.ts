/** `wrapper` with the name and the number of parameters of what it wraps. */
export function asFunction<Wrapper extends (...args: never[]) => unknown>(
  wrapper: Wrapper,
  { name, length }: { readonly name: string; readonly length: number },
): Wrapper {
  return Object.defineProperties(wrapper, { name: { value: name }, length: { value: length } })
}
