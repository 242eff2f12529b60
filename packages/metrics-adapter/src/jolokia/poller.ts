// Reads all beans of a target by Jolokia, again and again: names, descriptions of new beans, then the attributes of
// all of them in a few POSTs. The same to a collector as ../jmx/poller.ts, of which it is the second kind.
// Invariant: a bad bean costs its own values, never the poll; what vanished is let go, and after a connection that was
// lost everything is new, because who answers next may be another process.

import type { CatalogueOptions } from '../jmx/catalogue.ts';
import type { PollSink } from '../jmx/poll-round.ts';
import type { PollReport } from '../jmx/poller.ts';
import { type Answer, AgentError, answersOf, attributesOf, isGone, listPath } from './answers.ts';
import { namesOf, refusalOf, textOf, timestamps } from './answers.ts';
import { JolokiaClient, type JolokiaEndpoint, LateReply } from './http-client.ts';
import { type Description, JolokiaBean } from './jolokia-bean.ts';
import { JsonReader } from './json-reader.ts';
import { JsonShape } from './json-shape.ts';
import { JolokiaRound } from './poll-round.ts';

const LISTS_IN_A_POST = 200;
/** A description is believed for this long. */
const DESCRIBE_MS = 300_000;
/** `list` nests domain, bean, kind, attribute. */
const LIST_DEPTH = '6';

/** Kept to be shared; far more than a target has classes of beans. */
const MAX_DESCRIPTIONS = 10_000;

/** Of all our requests: stop at the attribute and print it (see json-values.ts); names as they were registered. */
const PARAMETERS = {
  maxDepth: '1',
  ignoreErrors: 'true',
  canonicalNaming: 'false',
  includeStackTrace: 'false',
  includeRequest: 'false',
};

export class JolokiaPoller<P> {
  readonly #client: JolokiaClient;
  readonly #options: CatalogueOptions;
  #beans = new Map<string, JolokiaBean<P>>();
  /** The last answer to the searches: it is only compared while it stays the same. */
  #names: JsonShape | undefined;
  readonly #denied = new Map<string, string>();
  readonly #descriptions = new Map<string, Description>();
  #polling = false;

  /** @throws TypeError when the URL is none */
  constructor(endpoint: JolokiaEndpoint, options: CatalogueOptions) {
    this.#client = new JolokiaClient(endpoint, PARAMETERS);
    this.#options = options;
  }

  /** `bean attribute` -> why it is never asked for. */
  get denied(): ReadonlyMap<string, string> {
    return this.#denied;
  }

  /**
   * One poll, at most `timeoutMs` long; what is not there then counts as failed.
   * @throws Error when the target as a whole cannot be read, or a poll is under way.
   */
  async poll(sink: PollSink<P>, timeoutMs: number): Promise<PollReport> {
    if (this.#polling) throw new Error('a poll of this target is under way');
    this.#polling = true;
    try {
      return await this.#poll(sink, performance.now() + timeoutMs);
    } finally {
      this.#polling = false;
    }
  }

  /** Closes the connections. There is no session that the target would keep. */
  close(): void {
    this.#client.close();
  }

  async #poll(sink: PollSink<P>, deadline: number): Promise<PollReport> {
    const round = new JolokiaRound(this.#client, sink, this, deadline);
    try {
      await this.#refresh(round.leftMs);
    } catch (error) {
      if (!(error instanceof LateReply)) this.#forget();
      throw error;
    }
    await this.#describeNew(round);
    await round.run([...this.#beans.values()]);
    return { beans: this.#beans.size, recognized: round.recognized, failed: round.failed };
  }

  /** Who answers next may be another process. */
  #forget(): void {
    this.#beans = new Map();
    this.#names = undefined;
    this.#denied.clear();
    this.#descriptions.clear();
  }

  async #refresh(timeoutMs: number): Promise<void> {
    const { include, exclude } = this.#options;
    const patterns = [...(include.length === 0 ? ['*:*'] : include), ...exclude];
    const body = JSON.stringify(patterns.map((mbean) => ({ type: 'search', mbean })));
    const reply = await this.#client.post(body, timeoutMs);
    const numbers = new Float64Array(patterns.length);
    if (this.#names?.match(reply, 0, numbers) === reply.length) return;
    const answers = answersOf(new JsonReader(reply).value(), patterns.length);
    const names = answers.map((answer, i) => {
      const refused = refusalOf(answer);
      if (refused !== undefined) throw new AgentError(`search ${patterns[i]}: ${refused}`);
      return namesOf(answer);
    });
    this.#names = new JsonShape(reply, 0, reply.length, timestamps(answers));
    const including = patterns.length - exclude.length;
    this.#apply(names.slice(0, including).flat(), new Set(names.slice(including).flat()));
  }

  #apply(included: readonly string[], excluded: ReadonlySet<string>): void {
    const { reads } = this.#options;
    const beans = new Map<string, JolokiaBean<P>>();
    for (const name of included)
      if (!excluded.has(name) && reads?.(name) !== false)
        beans.set(name, this.#beans.get(name) ?? new JolokiaBean<P>(name));
    for (const key of this.#denied.keys())
      if (!beans.has(key.slice(0, key.lastIndexOf(' ')))) this.#denied.delete(key);
    this.#beans = beans;
  }

  /** For the round. The bean is gone from the target; should the next names have it again, it is new. */
  vanish(bean: JolokiaBean<P>): void {
    this.#beans.delete(bean.name);
    this.#names = undefined;
  }

  /** For the round. */
  deny(bean: JolokiaBean<P>, attribute: string, reason: string): void {
    this.#denied.set(`${bean.name} ${attribute}`, reason);
    bean.leaveOut([attribute]);
  }

  async #describeNew(round: JolokiaRound<P>): Promise<void> {
    const now = performance.now();
    const stale = [...this.#beans.values()].filter((bean) => bean.describeAt <= now);
    const [fresh, known] = [stale.filter((bean) => !bean.asked), stale.filter((bean) => bean.asked)];
    fresh.push(...known.slice(0, LISTS_IN_A_POST)); // the others next time
    for (let i = 0; i < fresh.length; i += LISTS_IN_A_POST) {
      const beans = fresh.slice(i, i + LISTS_IN_A_POST);
      const left = round.leftMs;
      if (left <= 0) return round.fail(fresh.slice(i), 'timeout', 'not described in time');
      const config = { maxDepth: LIST_DEPTH };
      const body = beans.map(({ name }) => ({ type: 'list', path: listPath(name), config }));
      try {
        const reply = new JsonReader(await this.#client.post(JSON.stringify(body), left));
        const answers = answersOf(reply.value(), beans.length);
        for (const [at, bean] of beans.entries()) this.#describe(bean, answers[at] ?? new Map(), round);
      } catch (error) {
        round.failBy(
          error,
          beans.filter((bean) => !bean.asked),
        );
      }
    }
  }

  #describe(bean: JolokiaBean<P>, answer: Answer, round: JolokiaRound<P>): void {
    if (isGone(answer)) return this.vanish(bean);
    const info = answer.get('value') ?? null;
    const isNone = !(info instanceof Map);
    if (isNone && !bean.asked) return round.fail([bean], 'exception', refusalOf(answer) ?? 'not described');
    bean.describeAt = performance.now() + DESCRIBE_MS;
    if (isNone) return; // what it said before may still hold
    const wanted = attributesOf(info).filter(
      (one) =>
        one.readable && !this.#denied.has(`${bean.name} ${one.name}`) && this.#options.wants(bean.name, one),
    );
    bean.describe(this.#shared({ className: textOf(info.get('class')), attributes: wanted }));
  }

  /** Beans of a class mostly say the same: it is one object for all of them. */
  #shared(description: Description): Description {
    const key = JSON.stringify(description);
    const known = this.#descriptions.get(key);
    if (known !== undefined) return known;
    if (this.#descriptions.size > MAX_DESCRIPTIONS) this.#descriptions.clear(); // beans that change have made most of them
    this.#descriptions.set(key, description);
    return description;
  }
}
