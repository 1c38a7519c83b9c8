/** Commands that go on when nobody reads their output any more, as in `offstage run x | head -1`. */
const working = ['run', 'workers']

/** What to do when the reader of stdout or stderr has gone: commands that only read are done, the others drop output. */
export function watchPipe(argv: readonly string[]): void {
  const goesOn = working.includes(argv[0] ?? '')
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // EIO: the terminal was closed, which must not end a worker in the middle of its drain.
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
      if (!goesOn) process.exit(0)
    })
  }
}
