// The settings as targets to be polled: which there are, by which file's rules, with whose credentials, under which labels.
// A setting beats what the rule file says. For the adapter, at the start and at each reload, and for --check.
import type { ConnectionOptions } from 'node:tls';
import { type SettingFault, SettingError, SettingErrors } from '@podmate/base/errors';
import type { Values } from '@podmate/base/settings';
import type { jmxRows } from '../jmx-settings.ts';
import type { SslConfig, StoreFile } from '../jmx/rules/ssl-config.ts';
import { presetsNamed, withPresets } from '../jmx/presets/presets.ts';
import type { JmxConfig } from '../jmx/rules/config.ts';
import { type Variable, readRuleFile, readRules } from './rule-file.ts';
import type { TargetSettings } from './target.ts';
import { targetTls } from './target-tls.ts';
import { type TargetSpec, readTarget, targetName } from './target-spec.ts';

export type JmxValues = Values<typeof jmxRows> & { readonly labels: readonly string[] };
type Section = JmxValues['jmxTargets'][number];

export type JmxTargets = {
  readonly targets: readonly TargetSettings[];
  /** Everything that was read, to be watched. */
  readonly files: readonly string[];
  /** Of the rule files: keys that are understood and have no effect. */
  readonly warnings: readonly string[];
};

/** Whether any target was asked for. */
export const asksForJmx = (values: JmxValues): boolean =>
  values.jmxTarget.length > 0 || values.jmxTargets.length > 0 || values.jmxConfig !== undefined;

/** Reads all files anew. `variable`: of the environment. @throws SettingErrors with everything that is wrong */
export function readTargets(values: JmxValues, variable: Variable): JmxTargets {
  const reading = new TargetReading(values, variable);
  reading.read();
  if (reading.faults.length > 0) throw new SettingErrors(reading.faults);
  return {
    targets: reading.targets,
    files: [...reading.configs.keys(), ...reading.stores],
    warnings: [...reading.warnings],
  };
}

type Wanted = {
  readonly setting: string;
  readonly spec: TargetSpec;
  readonly config: JmxConfig;
  readonly section?: Section;
};

class TargetReading {
  readonly #values: JmxValues;
  readonly #variable: Variable;
  readonly faults: SettingError[] = [];
  readonly configs = new Map<string, JmxConfig | undefined>();
  readonly stores = new Set<string>();
  readonly warnings = new Set<string>();
  targets: readonly TargetSettings[] = [];

  constructor(values: JmxValues, variable: Variable) {
    this.#values = values;
    this.#variable = variable;
  }

  read(): void {
    const { jmxTarget, jmxTargets, jmxConfig } = this.#values;
    const common = this.#config(jmxConfig, '--jmx.config');
    const wanted: (Wanted | undefined)[] = [
      ...jmxTarget.map((text) => this.#wanted('--jmx.target', text, common)),
      ...jmxTargets.map((section, index) => {
        const setting = `jmxTargets[${index}]`;
        const config =
          section.config === undefined ? common : this.#config(section.config, `${setting}.config`);
        return this.#wanted(`${setting}.target`, section.target, config, section);
      }),
    ];
    if (wanted.length === 0 && jmxConfig !== undefined && common !== undefined)
      wanted.push(this.#ofFile(jmxConfig, common));
    const found = wanted.filter((one) => one !== undefined);
    const targets = found.map((one) => this.#settings(one, found.length > 1));
    this.#refuseTwins(targets);
    this.targets = withNamesOfTheirOwn(targets);
  }

  #fault(fault: SettingFault): undefined {
    this.faults.push(new SettingError(fault));
    return undefined;
  }

  /** undefined: it is wrong. Without a file: one rule that fits everything. */
  #config(path: string | undefined, setting: string): JmxConfig | undefined {
    if (path === undefined) return readRules(setting, '', this.#variable);
    if (this.configs.has(path)) return this.configs.get(path);
    this.configs.set(path, undefined);
    try {
      const config = readRuleFile(path, this.#variable);
      this.configs.set(path, config);
      for (const warning of config.warnings) this.warnings.add(`${path}: ${warning}`);
      return config;
    } catch (error) {
      if (error instanceof SettingErrors) this.faults.push(...error.errors);
      else this.#fault({ setting, value: path, what: 'cannot be read', cause: error });
      return undefined;
    }
  }

  #wanted(
    setting: string,
    text: string,
    config: JmxConfig | undefined,
    section?: Section,
  ): Wanted | undefined {
    try {
      const spec = readTarget(text);
      return config && { setting, spec, config, ...(section && { section }) };
    } catch (cause) {
      const value = text.replace(/\/\/[^@/]*@/, '//***@'); // it is printed
      return this.#fault({ setting, value, what: 'not a target', cause });
    }
  }

  #ofFile(path: string, config: JmxConfig): Wanted | undefined {
    if (config.target !== undefined)
      return { setting: path, spec: { kind: 'rmi', ...config.target }, config };
    return this.#fault({
      setting: '--jmx.config',
      value: path,
      what: 'names no target',
      todo: 'write hostPort or jmxUrl into it, or give --jmx.target',
    });
  }

  #settings({ spec, config: file, section, setting }: Wanted, hasOthers: boolean): TargetSettings {
    const values = this.#values;
    const config = this.#withPresets(file, section, setting);
    const name = targetName(spec);
    const username = section?.username ?? values.jmxUsername ?? config.username;
    const password = section?.password ?? values.jmxPassword ?? config.password;
    const own = (section?.labels ?? []).map((text) => this.#label(`${setting}.labels`, text));
    const distinct: [string, string][] = hasOthers && own.length === 0 ? [['target', name]] : own;
    const timeoutMs = Math.min(values.jmxTimeout, (config.scrapeTimeoutSeconds ?? Infinity) * 1000);
    return {
      name,
      spec,
      labels: new Map([...values.labels.map((text) => this.#label('--labels', text)), ...distinct]),
      access: {
        config,
        credentials: username ? [username, password ?? ''] : undefined,
        tls: this.#tls(setting, config.ssl, section),
        registryTls: section?.registryTls === true || values.jmxRegistryTls || config.ssl.enabled,
        timeoutMs,
      },
    };
  }

  #tls(setting: string, ssl: SslConfig, section: Section | undefined): ConnectionOptions | undefined {
    const values = this.#values;
    const trustStore =
      storeFile(section?.trustStore, section?.trustStorePassword) ??
      storeFile(values.jmxTrustStore, values.jmxTrustStorePassword) ??
      ssl.trustStore;
    const keyStore =
      storeFile(section?.keyStore, section?.keyStorePassword) ??
      storeFile(values.jmxKeyStore, values.jmxKeyStorePassword) ??
      ssl.keyStore;
    for (const store of [trustStore, keyStore]) if (store !== undefined) this.stores.add(store.filename);
    try {
      return targetTls({ ...ssl, trustStore, keyStore });
    } catch (cause) {
      return this.#fault({ setting, what: 'a key or trust store cannot be used', cause });
    }
  }

  /** Without a file: all of them, unless it was said which. */
  #withPresets(file: JmxConfig, section: Section | undefined, setting: string): JmxConfig {
    const { jmxPreset, jmxConfig } = this.#values;
    const given = (section?.config ?? jmxConfig) !== undefined;
    const own = section?.presets ?? [];
    const names = (own.length > 0 ? own : jmxPreset).flatMap((text) => text.split(','));
    const wanted = names.length > 0 ? names : given ? [] : ['auto'];
    try {
      const config = withPresets(file, presetsNamed(wanted), given);
      for (const warning of config.warnings.slice(file.warnings.length)) this.warnings.add(warning);
      return config;
    } catch (cause) {
      const at = own.length > 0 ? `${setting.replace(/\.target$/, '')}.presets` : '--jmx.preset';
      this.#fault({ setting: at, value: names.join(), what: 'not presets', cause });
      return file;
    }
  }

  #label(setting: string, text: string): [string, string] {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) this.#fault({ setting, value: text, what: 'not NAME=VALUE' });
    return [name ?? '', value];
  }

  #refuseTwins(targets: readonly TargetSettings[]): void {
    const seen = new Set<string>();
    for (const { name, labels } of targets) {
      const key = JSON.stringify([name, [...labels]]);
      if (seen.has(key)) this.#fault({ setting: '--jmx.target', value: name, what: 'given twice' });
      seen.add(key);
    }
  }
}

/** One address with different labels or rules is several targets; our own metrics tell them apart by name. */
function withNamesOfTheirOwn(targets: readonly TargetSettings[]): TargetSettings[] {
  const times = new Map<string, number>();
  return targets.map((one) => {
    const nth = (times.get(one.name) ?? 0) + 1;
    times.set(one.name, nth);
    return nth === 1 ? one : { ...one, name: `${one.name}#${nth}` };
  });
}

const storeFile = (filename: string | undefined, password = ''): StoreFile | undefined =>
  filename === undefined ? undefined : { filename, password };
