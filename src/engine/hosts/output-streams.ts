import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../domain/clock.js'
import { waitAtMost } from '../clock.js'

// What was written arrives soon after the end; a pipe that stays open longer is held by a process that got away.
const outputGraceMs = 200
// Linux lets a pipe hold this much; 64 KB unless it is asked for more.
const maxInPipes = 2 * 1024 * 1024

/**
 * Reads what a program that has ended had written: for 200 ms, or longer if this process was held up, but not more than a
 * pipe can hold if one that got away goes on writing.
 */
export async function readRest(pipes: readonly Readable[], drained: Promise<unknown>, clock: Clock): Promise<void> {
  let bytes = 0
  let isOver = false
  const count = (data: Buffer) => {
    bytes += data.length
  }
  for (const pipe of pipes) pipe.on('data', count)
  void drained.then(() => {
    isOver = true
  })
  await waitAtMost(clock, outputGraceMs, drained)
  for (let before = -1; !isOver && bytes > before && bytes < maxInPipes; ) {
    before = bytes
    // In each turn of the loop what has arrived is read; the first one may have its timers behind it.
    await clock.sleep(0)
    await clock.sleep(0)
  }
}

/**
 * As `pipe` does, but for a target whose reader goes away: the program then goes on, and what it writes is dropped. Once
 * it is `gone` nothing waits for a slow reader: the rest, which a pipe holds, is in memory until it is read.
 */
export function passOn(source: Readable, target: Writable, gone: Promise<unknown>): void {
  let isOpen = true
  let isGone = false
  const goOn = () => source.resume()
  const close = () => {
    isOpen = false
    goOn()
  }
  target.on('drain', goOn).once('close', close).once('error', close)
  source.on('data', (data: Buffer) => {
    if (isOpen && !target.write(data) && !isGone) source.pause()
  })
  void gone.then(() => {
    isGone = true
    goOn()
  })
  source.once('close', () => target.off('drain', goOn).off('close', close).off('error', close))
}
