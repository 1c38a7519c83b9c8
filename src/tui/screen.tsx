import { Box, Text, useApp, useInput, useWindowSize } from 'ink'
import { memo, useEffect, useSyncExternalStore } from 'react'
import { namesOfKeys } from './keys.js'
import { suspended } from './terminal.js'

/** What a screen shows, and the keys and sizes that it gets. */
export interface ScreenSource {
  subscribe(listener: () => void): () => void
  lines(): readonly string[]
  pressed(key: string): void
  resized(columns: number, rows: number): void
}

/** The lines of a source as they are, and the keys to it. Each line is cut to the terminal already. */
export function Screen({ source }: { readonly source: ScreenSource }) {
  const lines = useSyncExternalStore(source.subscribe, source.lines)
  const { columns, rows } = useWindowSize()
  const { suspendTerminal } = useApp()
  useEffect(() => source.resized(columns, rows), [source, columns, rows])
  useInput((input, key) => {
    for (const name of namesOfKeys(input, key)) {
      if (name === 'ctrl-z') void suspendTerminal(suspended)
      else source.pressed(name)
    }
  })
  return (
    <Box flexDirection="column" height={lines.length} overflow="hidden">
      {lines.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the screen is its row
        <Row key={row} text={line} />
      ))}
    </Box>
  )
}

const Row = memo(({ text }: { readonly text: string }) => <Text wrap="truncate">{text === '' ? ' ' : text}</Text>)
