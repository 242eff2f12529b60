// A target that is polled by way of its Jolokia agent. For pollable.ts.
import { JolokiaPoller } from '../jolokia/poller.ts';
import { type Plan, RuleCollector } from '../jmx/rules/collector.ts';
import { wantedAttributes } from '../jmx/rules/config.ts';
import { RuleList } from '../jmx/rules/rule.ts';
import type { Access, Pollable } from './pollable.ts';
import type { JolokiaTarget } from './jolokia-target.ts';

/** Dials nothing yet. */
export function overJolokia({ url }: JolokiaTarget, { config, credentials, tls }: Access): Pollable {
  const { include, exclude, reads } = config;
  const poller = new JolokiaPoller<Plan>(
    { url, credentials, tls },
    { include, exclude, reads, wants: wantedAttributes(config) },
  );
  const collector = new RuleCollector(poller, new RuleList(config.rules, config), config.customizers);
  return {
    poll: (sink, budgetMs) => collector.scrape(sink, budgetMs),
    close: async () => poller.close(),
  };
}
