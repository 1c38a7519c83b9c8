// Words of names, in lower case: `API key` is two of them in a row.
const secretWords = [
  'password',
  'pgpassword',
  'mysql pwd',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'apikey',
  'api key',
  'private key',
  'access key',
  'cookie',
  'credentials',
]

export const mask = '***'

// One word as a count: `tokens` of a text are no secrets.
const singular = new Set(['token', 'authorization'])

/** Tells names of secrets, such as `accessToken` and `--api-key`; `more` adds words. */
export function isSecretName(more: readonly string[]): (key: string) => boolean {
  const plurals = secretWords.flatMap((words) => (singular.has(words) ? [] : [`${words}s`]))
  const secrets = [...secretWords, ...plurals, ...more.map(wordsOf)].map((words) => ` ${words} `)
  return (key) => {
    const words = ` ${wordsOf(key)} `
    // `PASSWORD2` is a password.
    const withoutNumbers = words.replace(/(?<=\p{L})\d+(?= )/gu, '')
    return secrets.some((secret) => words.includes(secret) || withoutNumbers.includes(secret))
  }
}

/** `accessToken`, `access_token` and `Access-Token` are `access token`; `APIKey` is `api key`. */
function wordsOf(name: string): string {
  const separated = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
  return separated
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()
}
