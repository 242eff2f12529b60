// Our side of the JMX race, as a process of its own: bundled as in an image, scraping when it is told to.
// argv: port, the rule file's text. stdin: `scrape N`; stdout: `done SERIES SUM MS`, MS the mean of one scrape.

import { createInterface } from 'node:readline';
import { JmxPoller } from '../src/jmx/poller.ts';
import { type Plan, RuleCollector } from '../src/jmx/rules/collector.ts';
import { readJmxConfig, wantedAttributes } from '../src/jmx/rules/config.ts';
import { RuleList, type Series } from '../src/jmx/rules/rule.ts';
import { yamlTree } from '../src/jmx/rules/yaml-tree.ts';
import { JmxSession } from '../src/jmx/session.ts';

const [port = '', yaml = ''] = process.argv.slice(2);
const config = readJmxConfig(yamlTree(yaml), () => undefined);
const session = new JmxSession({ host: '127.0.0.1', port: Number(port) });
const { include, exclude } = config;
const poller = new JmxPoller<Plan>(session, { include, exclude, wants: wantedAttributes(config) });
const collector = new RuleCollector(poller, new RuleList(config.rules, config));

let series = 0;
let sum = 0;
let failures = 0;
const sink = {
  sample(_series: Series, value: number): void {
    series++;
    if (!Number.isNaN(value)) sum += value;
  },
  failed(): void {
    failures++;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const times = Number(line.split(' ')[1]);
  const began = performance.now();
  for (let i = 0; i < times; i++) {
    series = sum = 0;
    await collector.scrape(sink, 60_000);
  }
  const ms = (performance.now() - began) / times;
  if ('gc' in globalThis && typeof globalThis.gc === 'function') globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`done ${series} ${sum} ${ms} ${heapUsed + external} ${failures}\n`);
}
await session.close();
