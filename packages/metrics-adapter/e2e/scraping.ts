// What the JMX tests share: a session and a collector on a port of the loopback, and a scrape as a map.

import { presetsNamed, withPresets } from '../src/jmx/presets/presets.ts';
import { JmxPoller, type PollReport } from '../src/jmx/poller.ts';
import { JolokiaPoller } from '../src/jolokia/poller.ts';
import type { JolokiaEndpoint } from '../src/jolokia/http-client.ts';
import { RuleCollector, type Plan } from '../src/jmx/rules/collector.ts';
import { readJmxConfig, wantedAttributes } from '../src/jmx/rules/config.ts';
import { RuleList, type Series } from '../src/jmx/rules/rule.ts';
import { yamlTree } from '../src/jmx/rules/yaml-tree.ts';
import { JmxSession, type SessionOptions } from '../src/jmx/session.ts';

export type Scrape = {
  readonly samples: Map<string, number>;
  readonly failures: { bean: string; attribute: string | undefined; reason: string; detail: string }[];
  readonly report: PollReport;
};

export type Scraper = AsyncDisposable & {
  readonly session: JmxSession;
  readonly poller: JmxPoller<Plan>;
} & Scrapes;

type Scrapes = {
  scrape(timeoutMs?: number): Promise<Scrape>;
};

/** `name{label="value"}` */
export function seriesText({ name, labels }: Series): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return `${name}{${pairs.join(',')}}`;
}

/** With a jmx_exporter file, or with presets alone. */
export function scraper(
  options: Partial<SessionOptions> & { port: number },
  yaml = '',
  presets: readonly string[] = [],
): Scraper {
  const file = readJmxConfig(yamlTree(yaml), () => undefined);
  const config = withPresets(file, presetsNamed(presets), yaml !== '');
  const session = new JmxSession({ host: '127.0.0.1', ...options });
  const { include, exclude, reads } = config;
  const poller = new JmxPoller<Plan>(session, { include, exclude, reads, wants: wantedAttributes(config) });
  return { session, poller, [Symbol.asyncDispose]: () => session.close(), ...scrapes(poller, config) };
}

/** The same by Jolokia. */
export function jolokiaScraper(endpoint: JolokiaEndpoint, yaml = ''): AsyncDisposable & Scrapes {
  const config = readJmxConfig(yamlTree(yaml), () => undefined);
  const { include, exclude } = config;
  const poller = new JolokiaPoller<Plan>(endpoint, { include, exclude, wants: wantedAttributes(config) });
  return { [Symbol.asyncDispose]: async () => poller.close(), ...scrapes(poller, config) };
}

function scrapes(poller: Pick<JmxPoller<Plan>, 'poll'>, config: ReturnType<typeof readJmxConfig>): Scrapes {
  const collector = new RuleCollector(poller, new RuleList(config.rules, config), config.customizers);
  return {
    async scrape(timeoutMs = 10_000) {
      const samples = new Map<string, number>();
      const failures: Scrape['failures'] = [];
      const report = await collector.scrape(
        {
          sample: (series, value) => samples.set(seriesText(series), value),
          failed: (bean, attribute, reason, detail) => failures.push({ bean, attribute, reason, detail }),
        },
        timeoutMs,
      );
      return { samples, failures, report };
    },
  };
}
