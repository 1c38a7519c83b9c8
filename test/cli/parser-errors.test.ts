import { expect, test } from 'vitest'
import { parserMistake } from '../../src/cli/parser-errors.js'

const more = '\nSee more help with --help'
const several = 'The following errors occurred:\n  '

test.each<[text: string, message: string, hint: string | null]>([
  [`Parsing --n \n\tExpected an integer but received: 1.5${more}`, '--n: "1.5" is no whole number', null],
  [
    `Parsing --n \n\tExpected an integer greater than or equal to 1 but received: 0${more}`,
    '--n: "0" is no whole number of 1 or more',
    null,
  ],
  [
    `Parsing --n \n\tExpected an integer less than or equal to 1000 but received: 2000${more}`,
    '--n: "2000" is no whole number of 1000 or less',
    null,
  ],
  [`Expected --log=loud to be one of: text, json${more}`, '--log: "loud" is none of text, json', null],
  [`Parsing --n \n\tanything else${more}`, '--n: anything else', null],
  [
    `${several}--detach=true cannot also be provided when using --wait\n  --wait=true cannot also be provided when using --detach${more}`,
    '--wait and --detach are both given',
    'give one of them',
  ],
  [
    `The following error occurred:\n  --at=a=b c cannot also be provided when using --in${more}`,
    '--in and --at are both given',
    'give one of them',
  ],
  [
    `The following error occurred:\n  All of the following must be provided when using --start-at: --every${more}`,
    '--start-at needs --every',
    'give --every too',
  ],
  [`Something new${more}`, 'Something new', 'see --help'],
])('The error of the parser in %j becomes one line.', (text, message, hint) => {
  expect(parserMistake(text)).toEqual({ message, hint })
})
