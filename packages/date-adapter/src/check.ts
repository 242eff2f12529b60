// Rules between settings, and what only compiling can find: programs, layouts, formats, patterns. For
// compiled-settings.ts.
import type { SettingFault } from '@podmate/base/errors';
import { parseCount } from '@podmate/log-tailer/tail-arguments';
import { readOperands } from './operands.ts';
import type { SettingsValues } from './settings.ts';
import type { Blueprint } from './transform/compile-transform.ts';

/** @param blueprint what these values compile to */
export function* checkAll(values: SettingsValues, blueprint: Blueprint): Generator<SettingFault> {
  if (readOperands(values).isMixed) {
    const todo = 'read the files alone, or standard input alone';
    yield { setting: 'operand', value: '-', what: 'standard input cannot be mixed with files', todo };
  }
  if (values.lines !== undefined && parseCount(values.lines) === undefined) {
    const todo = 'write N or +N, perhaps with a multiplier (10K)';
    yield { setting: '--lines', value: values.lines, what: 'not a count', todo };
  }
  yield* blueprint.faults;
}
