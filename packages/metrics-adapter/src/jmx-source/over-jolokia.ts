// A target that is polled by way of its Jolokia agent. For pollable.ts.
import { JolokiaPoller } from '../jolokia/poller.ts';
import { type Plan, RuleCollector } from '../jmx/rules/collector.ts';
import { RuleList } from '../jmx/rules/rule.ts';
import { type Observer, observed, wanted } from './observer.ts';
import type { Access, Pollable } from './pollable.ts';
import type { JolokiaTarget } from './jolokia-target.ts';

/** Dials nothing yet. */
export function overJolokia(
  { url }: JolokiaTarget,
  { config, credentials, tls }: Access,
  observer?: Observer,
): Pollable {
  const { include, exclude, reads } = config;
  const poller = new JolokiaPoller<Plan>(
    { url, credentials, tls },
    { include, exclude, reads, wants: wanted(config, observer) },
  );
  const collector = new RuleCollector(
    observed(poller, observer),
    new RuleList(config.rules, config),
    config.customizers,
  );
  return {
    poll: (sink, budgetMs) => collector.scrape(sink, budgetMs),
    close: async () => poller.close(),
  };
}
