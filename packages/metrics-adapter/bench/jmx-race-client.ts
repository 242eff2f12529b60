// The JMX client alone in the race, as a process of its own: bundled as in an image, scraping when it is told to.
// argv: host, port, the rule file's text. stdin: `scrape N`, `heap`; stdout: `done SERIES SUM MS FAILURES` with MS the mean
// of one scrape, and `heap BYTES` after a garbage collection.

import { createInterface } from 'node:readline';
import { JmxPoller } from '../src/jmx/poller.ts';
import { type Plan, RuleCollector } from '../src/jmx/rules/collector.ts';
import { readJmxConfig, wantedAttributes } from '../src/jmx/rules/config.ts';
import { RuleList, type Series } from '../src/jmx/rules/rule.ts';
import { yamlTree } from '../src/jmx/rules/yaml-tree.ts';
import { JmxSession } from '../src/jmx/session.ts';

const [host = '', port = '', yaml = ''] = process.argv.slice(2);
const config = readJmxConfig(yamlTree(yaml), () => undefined);
const session = new JmxSession({ host, port: Number(port) });
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

async function scrape(times: number): Promise<string> {
  const began = performance.now();
  for (let i = 0; i < times; i++) {
    series = sum = 0;
    await collector.scrape(sink, 60_000);
  }
  return `done ${series} ${sum} ${(performance.now() - began) / times} ${failures}`;
}

function heap(): string {
  if ('gc' in globalThis && typeof globalThis.gc === 'function') globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return `heap ${heapUsed + external}`;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const answer = line === 'heap' ? Promise.resolve(heap()) : scrape(Number(line.split(' ')[1]));
  void answer.then((text) => process.stdout.write(`${text}\n`));
});
