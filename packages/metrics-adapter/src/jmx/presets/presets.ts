// The presets by name, and how they join a jmx_exporter file. The file's rules come first: what a user wrote wins.
// All of them at once are `auto`: a product is known by the domain of its beans, so that presets of products that are
// not there find nothing, and one that registers its beans late is found when it does.

import type { JmxConfig } from '../rules/config.ts';
import { activemq } from './activemq.ts';
import { cassandra } from './cassandra.ts';
import { jvm } from './jvm.ts';
import { kafka } from './kafka.ts';
import type { Preset } from './preset.ts';
import { tomcat } from './tomcat.ts';
import { zookeeper } from './zookeeper.ts';

const PRESETS = [jvm, tomcat, kafka, zookeeper, activemq, cassandra];

const NAMES: readonly string[] = ['auto', 'none', ...PRESETS.map(({ name }) => name)];

/** `auto`: all; `none`: none, for who wants every bean by the default name. @throws Error for a name that there is not */
export function presetsNamed(names: readonly string[]): Preset[] {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`no preset ${unknown}: there are ${NAMES.join(', ')}`);
  return PRESETS.filter(({ name }) => names.includes('auto') || names.includes(name));
}

/**
 * The file with the presets: their rules after its own. Where it says which beans are read, theirs are read as well;
 * where it says nothing, all are. Without a file (`given` false) only theirs, and only the attributes of their rules.
 */
export function withPresets(config: JmxConfig, presets: readonly Preset[], given: boolean): JmxConfig {
  if (presets.length === 0) return config;
  const rules = presets.flatMap((preset) => preset.rules);
  if (!given) {
    const include = presets.flatMap((preset) => preset.domains);
    const reads = (bean: string): boolean => presets.some((preset) => preset.reads(bean));
    return { ...config, include, reads, rules, attributes: attributesOf(presets) };
  }
  return {
    ...config,
    include:
      config.include.length === 0 ? [] : [...config.include, ...presets.flatMap((preset) => preset.include)],
    rules: [...(config.rules ?? []), ...rules],
    warnings: [...config.warnings, ...unreachable(config)],
  };
}

function attributesOf(presets: readonly Preset[]): Set<string> {
  return new Set(presets.flatMap((preset) => [...preset.attributes]));
}

/** A last rule that takes everything leaves nothing to the presets. */
function unreachable({ rules }: JmxConfig): string[] {
  const taker = rules?.find(({ text }) => text.pattern === undefined || /^(?:\.[*+])?$/.test(text.pattern));
  return taker === undefined
    ? []
    : [`${taker.text.origin ?? 'a rule'}: it takes every value, so that the presets never see one`];
}
