// Looks on at a poll: what each bean has, what of it is asked for, and the values before rules make series of them. For
// --explain and --dump, which so show what a scrape does and not something like it.
import type { AttributeInfo, AttributeValue } from '../jmx/mbean-info.ts';
import type { PollSink } from '../jmx/poll-round.ts';
import type { PollReport } from '../jmx/poller.ts';
import { leftOut, type JmxConfig } from '../jmx/rules/config.ts';

export type Observer = {
  /** Whether to ask for it. `whyNot`: why a scrape does not. */
  wants(bean: string, attribute: AttributeInfo, whyNot: string | undefined): boolean;
  values(bean: string, attributes: readonly AttributeValue[]): void;
};

type Poller<P> = { poll(sink: PollSink<P>, timeoutMs: number): Promise<PollReport> };

/** The same poller, whose values are seen. */
export function observed<P>(poller: Poller<P>, observer: Observer | undefined): Poller<P> {
  if (observer === undefined) return poller;
  return {
    poll: (sink, timeoutMs) =>
      poller.poll(
        {
          ...sink,
          values(bean, attributes) {
            observer.values(bean.name, attributes);
            return sink.values(bean, attributes);
          },
        },
        timeoutMs,
      ),
  };
}

/** Which attributes are asked for. */
export function wanted(config: JmxConfig, observer: Observer | undefined) {
  return (bean: string, attribute: AttributeInfo): boolean => {
    const whyNot = leftOut(config, bean, attribute);
    return observer === undefined ? whyNot === undefined : observer.wants(bean, attribute, whyNot);
  };
}
