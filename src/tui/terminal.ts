import { render } from 'ink'
import { createElement } from 'react'
import { Screen, type ScreenSource } from './screen.js'

const maxFramesPerSecond = 10

/** A source on the alternate screen of the terminal, which is as it was before when this ends. */
export interface OpenTerminal {
  /** Resolves when it has been closed. Rejects with what went wrong while it drew. */
  readonly ended: Promise<void>
  /** Gives the terminal back. */
  close(error?: Error): void
  /** Asks the terminal to put a text on the clipboard (OSC 52). */
  copy(text: string): void
}

/** Draws a source until it is closed, by whatever: a key, a signal, or an error anywhere in this process. */
export function openTerminal(source: ScreenSource): OpenTerminal {
  // A terminal that reports no size, such as one of some CI services.
  process.stdout.columns ||= 80
  process.stdout.rows ||= 24
  const instance = render(createElement(Screen, { source }), {
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    interactive: true,
    incrementalRendering: true,
    maxFps: maxFramesPerSecond,
  })
  let failure: Error | null = null
  const close = (error?: Error) => {
    failure ??= error ?? null
    instance.unmount()
  }
  const ended = instance.waitUntilExit().then(() => {
    if (failure !== null) throw failure
  })
  const release = endBySignalOrError(close)
  return {
    ended: ended.finally(release),
    close,
    copy: (text) => void process.stdout.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
  }
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** Closes before the process ends, or its last words would be lost with the screen. */
function endBySignalOrError(close: (error?: Error) => void): () => void {
  const failed = (thrown: unknown) => close(thrown instanceof Error ? thrown : new Error(String(thrown)))
  const handlers = Object.entries(signals).map(([name, number]) => {
    const handle = () => {
      process.exitCode = 128 + number
      close()
    }
    process.on(name, handle)
    return () => process.off(name, handle)
  })
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  return () => {
    for (const release of handlers) release()
    process.off('uncaughtException', failed)
    process.off('unhandledRejection', failed)
  }
}

/** Stops this process as Ctrl-Z does, until somebody lets it go on. */
export function suspended(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve())
    process.kill(process.pid, 'SIGSTOP')
  })
}
