// The whole conformance table, in the order of its topics.

import { arrays } from './rows/arrays.ts';
import { commandLine } from './rows/command-line.ts';
import { controlFlow } from './rows/control-flow.ts';
import { extensions } from './rows/extensions.ts';
import { fields } from './rows/fields.ts';
import { functions } from './rows/functions.ts';
import { getline } from './rows/getline.ts';
import { grammar } from './rows/grammar.ts';
import { numbers } from './rows/numbers.ts';
import { output } from './rows/output.ts';
import { printing } from './rows/printing.ts';
import { records } from './rows/records.ts';
import { regexes } from './rows/regex.ts';
import { strings } from './rows/strings.ts';
import { substitution } from './rows/substitution.ts';
import { text } from './rows/text.ts';
import { timeAndRandom } from './rows/time-and-random.ts';
import type { Row } from './row.ts';

export const table: readonly Row[] = [
  ...fields,
  ...records,
  ...getline,
  ...printing,
  ...numbers,
  ...regexes,
  ...substitution,
  ...strings,
  ...arrays,
  ...functions,
  ...controlFlow,
  ...output,
  ...commandLine,
  ...grammar,
  ...text,
  ...timeAndRandom,
  ...extensions,
];
