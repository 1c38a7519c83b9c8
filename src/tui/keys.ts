import type { Key } from 'ink'

const named: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
]

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The names of what was pressed. Quick typing and pasted text come as many letters at one time. */
export function namesOfKeys(input: string, key: Key): readonly string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab']
  const found = named.find(([flag]) => key[flag] === true)
  if (found !== undefined) return [found[1]]
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`]
  if (key.meta) return []
  return [...segmenter.segment(input)].map(({ segment }) => {
    if (segment === ' ') return 'space'
    return segment === '\r' || segment === '\n' ? 'enter' : segment
  })
}
