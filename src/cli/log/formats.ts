/** What `--log` may be. */
export const logFormats = ['text', 'json', 'none'] as const
export type LogFormat = (typeof logFormats)[number]
