import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../domain/clock.js'
import { waitAtMost } from '../clock.js'

// Output arrives soon after the end. A pipe that stays open longer belongs to a process that escaped.
const outputGraceMs = 200
// The most that a Linux pipe can buffer; the default is 64 KB.
const maxInPipes = 2 * 1024 * 1024

/**
 * Reads the rest of the output of a program that has ended: for 200 ms, or longer if this process was busy. If an
 * escaped child keeps writing, it reads at most what a pipe can hold.
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
    // Each turn of the loop reads what has arrived. The timers of the first turn may be over already.
    await clock.sleep(0)
    await clock.sleep(0)
  }
}

/**
 * Like `pipe`, but if the target closes, the program continues and its output is dropped. Once the program is `gone`,
 * a slow target does not pause the source: memory keeps the rest, which is at most what a pipe can hold.
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
