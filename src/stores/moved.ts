import { StoreLostError } from '../domain/errors.js'
import type { MoveMark } from './transfer.js'

/** What is thrown to whoever opens or uses a store that takes part in a move. `store`: as messages name it. */
export function movedStore(store: string, { state, other }: Pick<MoveMark, 'state' | 'other'>): StoreLostError {
  const again = 'run "offstage store move" again to complete it, or with --undo to give it up'
  switch (state) {
    case 'moved':
      return new StoreLostError('E_STORE_MOVED', `${store}: it was moved to ${other}`, 'use that store instead')
    case 'moving':
      return new StoreLostError('E_STORE_MOVED', `${store}: it is being moved to ${other}`, again)
    case 'filling':
    case 'checked':
      return new StoreLostError('E_STORE_MOVED', `${store}: ${other} is being moved to it`, again)
  }
}
