import { createLog } from '@podmate/base/log';
import { beforeEach, expect, test } from 'vitest';
import { readJmxConfig } from '../../src/jmx/rules/config.ts';
import type { Series } from '../../src/jmx/rules/rule.ts';
import { yamlTree } from '../../src/jmx/rules/yaml-tree.ts';
import type { Pollable } from '../../src/jmx-source/pollable.ts';
import { JmxSource } from '../../src/jmx-source/source.ts';
import type { TargetSettings } from '../../src/jmx-source/target.ts';
import { SeriesStore } from '../../src/series/store.ts';

const LIMITS = { maxSeries: 100, maxSeriesPerMetric: 100, maxLabelLength: 100 };
const REPORT = { beans: 1, recognized: 1, failed: 0 };

const seriesNamed = (name: string): Series => ({
  name,
  type: 'gauge',
  labels: {},
  help: 'h',
  bean: 'a:b=c',
  attribute: `><>${name}`,
  description: '',
});

function settingsOf(name: string, yaml = ''): TargetSettings {
  const config = readJmxConfig(yamlTree(yaml), () => undefined);
  const access = { config, credentials: undefined, tls: undefined, registryTls: false, timeoutMs: 20 };
  return {
    name,
    spec: { kind: 'rmi', host: name, port: 1, bindingName: 'x' },
    labels: new Map([['target', name]]),
    access,
  };
}

let logged = '';
let elapsedMs = 0;
let opened = 0;
let closed = 0;
/** What a poll does, by target. */
const behaviour = new Map<string, Pollable['poll']>();

beforeEach(() => {
  behaviour.clear();
  logged = '';
  elapsedMs = opened = closed = 0;
});

function write(bytes: Buffer): number {
  logged += bytes.toString();
  return bytes.length;
}

function sourceOf(...settings: TargetSettings[]): { source: JmxSource; texts: () => string[] } {
  const store = new SeriesStore(LIMITS);
  const source = new JmxSource(settings, {
    store,
    log: createLog({ write }),
    nowMs: () => 0,
    elapsedMs: () => elapsedMs,
    signal: () => undefined,
    intervalMs: 0,
    open: (_spec, _access, { target }) => {
      opened++;
      return {
        poll: (sink, timeoutMs) =>
          behaviour.get(target)?.(sink, timeoutMs) ?? Promise.reject(new Error('down')),
        close: async () => void closed++,
      };
    },
  });
  return { source, texts: () => store.texts.filter(Boolean).toSorted() };
}

const gives =
  (...names: string[]): Pollable['poll'] =>
  async (sink) => {
    for (const name of names) sink.sample(seriesNamed(name), 1);
    return REPORT;
  };

test('one dead target costs its own series, and says why once', async () => {
  const { source, texts } = sourceOf(settingsOf('one'), settingsOf('two'));
  behaviour.set('one', gives('a')).set('two', gives('a'));
  await source.collect(Infinity);
  expect(texts()).toEqual(['a{target="one"}', 'a{target="two"}']);
  behaviour.delete('two');
  await source.collect(Infinity);
  await source.collect(Infinity);
  expect(texts()).toEqual(['a{target="one"}']);
  expect(source.targets.map((target) => [target.isFailed, target.failedPolls])).toEqual([
    [false, 0],
    [true, 2],
  ]);
  expect(logged.match(/target not read/g)).toHaveLength(1);
  behaviour.set('two', gives('a'));
  await source.collect(Infinity);
  expect(texts()).toHaveLength(2);
  expect(logged).toContain('target read again');
});

test('whoever asks meanwhile gets the same poll', async () => {
  const { source } = sourceOf(settingsOf('one'));
  behaviour.set('one', gives('a'));
  await Promise.all([source.collect(Infinity), source.collect(5), source.collect(Infinity)]);
  expect(source.targets[0]?.polls).toBe(1);
});

test('what is late is not waited for, its samples are not taken, and the next poll has another connection', async () => {
  const { source, texts } = sourceOf(settingsOf('one'));
  const late = Promise.withResolvers<void>();
  behaviour.set('one', async (sink) => {
    sink.sample(seriesNamed('early'), 1);
    await late.promise;
    sink.sample(seriesNamed('late'), 1);
    return REPORT;
  });
  await source.collect(Infinity);
  expect([source.targets[0]?.isFailed, texts(), closed]).toEqual([true, [], 1]);
  late.resolve();
  behaviour.set('one', gives('a'));
  await source.collect(Infinity);
  expect([texts(), opened]).toEqual([['a{target="one"}'], 2]);
});

test('startDelaySeconds', async () => {
  const { source, texts } = sourceOf(settingsOf('one', 'startDelaySeconds: 2'));
  behaviour.set('one', gives('a'));
  await source.collect(Infinity);
  expect([texts(), source.targets[0]?.isFailed]).toEqual([[], false]);
  elapsedMs = 2000;
  await source.collect(Infinity);
  expect(texts()).toEqual(['a{target="one"}']);
});

test('at a reload the same target goes on with its series, one that left takes them along', async () => {
  const { source, texts } = sourceOf(settingsOf('one'), settingsOf('two'));
  behaviour.set('one', gives('a')).set('two', gives('a')).set('three', gives('a'));
  await source.collect(Infinity);
  const [one] = source.targets;
  await source.reconfigure([settingsOf('one'), settingsOf('three')]);
  expect(texts()).toEqual(['a{target="one"}']);
  await source.collect(Infinity);
  expect(source.targets[0]).toBe(one);
  expect([texts(), one?.polls, closed]).toEqual([['a{target="one"}', 'a{target="three"}'], 2, 2]);
  await source.close();
  expect([texts(), closed]).toEqual([[], 4]);
});

test('a poll that ends after the target has left brings nothing back', async () => {
  const { source, texts } = sourceOf(settingsOf('one'));
  const slow = Promise.withResolvers<void>();
  behaviour.set('one', async (sink) => {
    await slow.promise;
    sink.sample(seriesNamed('a'), 1);
    return REPORT;
  });
  const polled = source.collect(Infinity);
  await source.close();
  slow.resolve();
  await polled;
  expect(texts()).toEqual([]);
});
