// The commands beside the adapter itself: test, explain, health. Each does its work and says the exit code.
import { readFileSync, writeSync } from 'node:fs';
import { probe } from '@podmate/base/admin';
import { configure } from '@podmate/base/lifecycle';
import { createLog } from '@podmate/base/log';
import { CompiledSettings } from './compiled-settings.ts';
import { explainSettings } from './explain-text.ts';
import { NativeWorld } from './native-world.ts';
import { settings } from './settings.ts';
import type { Surroundings } from './transform/surroundings.ts';
import { tryLines } from './trial.ts';

const USAGE_STATUS = 64;

/** Commands that run nothing ask for nothing to be right. */
const unchecked: typeof settings = { ...settings, check: () => [] };

export type CommandStart = {
  readonly version: string;
  readonly argv: readonly string[];
  readonly surroundings: Surroundings;
};

/** `date-adapter test ... < sample.log`: 1 when a line could not be converted. */
export async function test({ version, argv, surroundings }: CommandStart): Promise<number> {
  let ticks = 0;
  // A clock that leaps: the report is never silent.
  const compiled = new CompiledSettings({ ...surroundings, ticks: () => (ticks += 1e9) });
  const { values } = await configure(compiled.table, { version, argv });
  const blueprint = compiled.blueprintOf(values);
  for (const warning of blueprint.warnings) complain(warning);
  const { text, failures } = tryLines((counts, report) => {
    const warn = (_: string, fields: Record<string, unknown> = {}): void => report(String(fields['reason']));
    return blueprint.make(counts, { warn, error: warn });
  }, readFileSync(0));
  say(text);
  return failures > 0 ? 1 : 0;
}

/** `date-adapter explain ...`: the flags of the adapter, or one text of which the kind is found out. */
export async function explain({ version, argv, surroundings }: CommandStart): Promise<number> {
  const { values } = await configure(unchecked, { version, argv });
  const { environment, processIds } = surroundings;
  try {
    say(explainSettings(values, new NativeWorld({ argv: [], environment, processIds })));
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(error.message);
    return USAGE_STATUS;
  }
}

/** `date-adapter health`: asks the running one, for exec probes where there is no curl. */
export async function health({ version, argv }: CommandStart): Promise<number> {
  const { values } = await configure(unchecked, { version, argv });
  const log = createLog();
  if (values.adminListen === undefined) {
    log.error('health: --admin-listen is off; set DATE_ADAPTER_ADMIN_LISTEN');
    return USAGE_STATUS;
  }
  const { ok, text } = await probe(values.adminListen);
  log[ok ? 'debug' : 'error']('not ready', { text });
  return ok ? 0 : 1;
}

function complain(text: string): void {
  writeSync(2, `date-adapter: ${text}\n`);
}

function say(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}
