// A jmx_exporter file on disk -> what of it concerns us, or every fault with its line. For targets.ts and --check.
import { readFileSync } from 'node:fs';
import { SettingError, SettingErrors } from '@podmate/base/errors';
import { type JmxConfig, readJmxConfig } from '../jmx/rules/config.ts';
import { JmxConfigError } from '../jmx/rules/config-reader.ts';
import { yamlTree } from '../jmx/rules/yaml-tree.ts';

/** Resolves `${NAME}`. */
export type Variable = (name: string) => string | undefined;

/** @throws SettingErrors; what reading the file throws */
export function readRuleFile(path: string, variable: Variable): JmxConfig {
  return readRules(path, readFileSync(path, 'utf8'), variable);
}

/** `name`: of the file, for faults. @throws SettingErrors */
export function readRules(name: string, text: string, variable: Variable): JmxConfig {
  try {
    return readJmxConfig(yamlTree(text), variable);
  } catch (error) {
    if (error instanceof JmxConfigError) throw new SettingErrors(faultsAt(name, error));
    if (error instanceof SyntaxError) throw new SettingErrors([at(name, error.message)]);
    throw error;
  }
}

/** The faults of the file with this name. */
export const faultsAt = (name: string, { faults }: JmxConfigError): SettingError[] =>
  faults.map((fault) => at(name, fault));

/** `line 3: what` -> `rules.yaml:3: what`. */
function at(name: string, fault: string): SettingError {
  const [, line, what = fault] = /^line (\d+): (.*)$/s.exec(fault) ?? [];
  return new SettingError({ setting: line === undefined ? name : `${name}:${line}`, what });
}
