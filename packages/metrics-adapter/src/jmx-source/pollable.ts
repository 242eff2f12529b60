// Something that can be polled for samples, whatever is behind it, and the one place that makes it of what a setting says.
// For target.ts, which knows only this.
import type { ConnectionOptions } from 'node:tls';
import { JmxPoller, type PollReport } from '../jmx/poller.ts';
import { type Plan, RuleCollector, type SampleSink } from '../jmx/rules/collector.ts';
import type { JmxConfig } from '../jmx/rules/config.ts';
import { RuleList } from '../jmx/rules/rule.ts';
import { JmxSession, type SessionOptions } from '../jmx/session.ts';
import { type Observer, observed, wanted } from './observer.ts';
import { overJolokia } from './over-jolokia.ts';
import { type SeenGround, SeenJvm } from './seen-jvm.ts';
import type { TargetSpec } from './target-spec.ts';

export type Pollable = {
  /**
   * One poll, about `timeoutMs` long at most; not again before it has ended.
   * @throws Error when the target as a whole cannot be read
   */
  poll(sink: SampleSink, timeoutMs: number): Promise<PollReport>;
  /** Ends what it has open; a poll that is under way fails. */
  close(): Promise<void>;
};

/** How a target is read; all of it may be another at a reload. */
export type Access = {
  readonly config: JmxConfig;
  readonly credentials: readonly [user: string, password: string] | undefined;
  /** For whatever of the target speaks TLS. */
  readonly tls: ConnectionOptions | undefined;
  readonly registryTls: boolean;
  readonly timeoutMs: number;
};

/** Dials nothing yet. `observer` looks on. */
export function openTarget(
  spec: TargetSpec,
  access: Access,
  ground: SeenGround,
  observer?: Observer,
): Pollable {
  if (spec.kind === 'jolokia') return overJolokia(spec, access, observer);
  const open = (session: SessionOptions): Pollable => overRmi(session, access, observer);
  if (spec.kind === 'seen') return new SeenJvm(spec, sessionOptions(access), ground, open);
  const { host, port, bindingName } = spec;
  return open({ ...sessionOptions(access), host, port, bindingName });
}

function sessionOptions({ credentials, tls, registryTls, timeoutMs }: Access): Partial<SessionOptions> {
  return {
    credentials,
    tls,
    registryTls,
    connectTimeoutMs: Math.min(3000, timeoutMs),
    callTimeoutMs: timeoutMs / 2, // a call that is not answered is tried once more in another session
  };
}

/** A JVM whose RMI connector is found with these options. */
function overRmi(options: SessionOptions, { config }: Access, observer?: Observer): Pollable {
  const session = new JmxSession(options);
  const { include, exclude, reads } = config;
  const poller = new JmxPoller<Plan>(session, { include, exclude, reads, wants: wanted(config, observer) });
  const rules = new RuleList(config.rules, config);
  const collector = new RuleCollector(observed(poller, observer), rules, config.customizers);
  return {
    poll: (sink, budgetMs) => collector.scrape(sink, budgetMs),
    close: () => session.close(),
  };
}
