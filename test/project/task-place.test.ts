import { expect, test } from 'vitest'
import { descriptionOfScript, placeOf } from '../../src/project/task-place.js'

test.each<[source: string, name: string, line: number, description: string | null]>([
  ['/** Sends a mail. */\nexport async function send() {}', 'send', 2, 'Sends a mail.'],
  [
    '\n/**\n * Sends a mail.\n *\n * @param to whom\n */\nexport const send = task({}, () => {})',
    'send',
    7,
    'Sends a mail.',
  ],
  ['/** One.\n * Two. */\nexport default () => 1', 'default', 3, 'One.'],
  ['// Not this.\nexport function send() {}', 'send', 2, null],
  ['/* Nor this. */\nexport function send() {}', 'send', 2, null],
  ['/** @internal */\nexport function send() {}', 'send', 2, null],
  ['/** Of another. */\nexport function other() {}\nexport function send() {}', 'send', 3, null],
  ['/** Sends. */\nexports.send = () => {}', 'send', 2, 'Sends.'],
  ['function send() {}\nexport { send }', 'send', 1, null],
  ['/** */\nexport function send() {}', 'send', 2, null],
  ['/** Sends. */\n// biome-ignore lint: why\nexport function send() {}', 'send', 3, 'Sends.'],
  ['import a from "a"\n\nexport const other = 1\n\n/** Sends. */\nexport function send() {}', 'send', 6, 'Sends.'],
  ['// /** Not this. */\nexport function send() {}', 'send', 2, null],
  ['/** Sends. */\nfunction post() {}\nexport { other, post as send }', 'send', 2, 'Sends.'],
  ['/** Sends. */\nconst send = () => {}\nexport { send }', 'send', 2, 'Sends.'],
  ['/** Sends. */\nasync function send() {}\nexport default send', 'default', 2, 'Sends.'],
  ['/** Sends. */\nconst send = task({}, () => {})\nexport { send as default }', 'default', 2, 'Sends.'],
  [
    '/** Takes one. */\nexport function send(a: string): void\nexport function send(a: never) {}',
    'send',
    2,
    'Takes one.',
  ],
])('The place of a task in %j', (source, name, line, description) => {
  expect(placeOf(source, name)).toEqual({ line, description })
})

test.each([
  ['#!/bin/sh\n# Copies the photos.\n# And more.\ncp a b', 'Copies the photos.'],
  ['#!/usr/bin/env python3\n#\n## Sums up.\n', 'Sums up.'],
  ['#!/usr/bin/env node\n// Sums up.\n', 'Sums up.'],
  ['#!/usr/bin/env lua\n-- Sums up.\n', 'Sums up.'],
  ['#!/bin/sh\ncp a b\n# Not this.', null],
  ['\u007fELF\n# Nor this.', null],
])('The description of a script in %j', (source, description) => {
  expect(descriptionOfScript(source)).toBe(description)
})
