import { StoreUnavailableError } from '../../domain/errors.js'

/** Redis answered with an error that is about this command alone, such as `NOSCRIPT ...`. */
export class RedisReplyError extends Error {
  override name = 'RedisReplyError'
}

/** The connection is gone, or was cut before an answer came: what was sent may have been carried out. */
export class RedisCutError extends StoreUnavailableError {
  override name = 'RedisCutError'
}

/** Redis does not let its user do this. */
export class RedisForbiddenError extends StoreUnavailableError {
  override name = 'RedisForbiddenError'
}
