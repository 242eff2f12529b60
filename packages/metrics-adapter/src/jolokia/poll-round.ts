// One poll's reading of all beans, whatever happens to replies and beans on the way. For the poller; what
// ../jmx/poll-round.ts is for RMI.
// Invariant: each bean is answered once: with numbers, values, or a failure with its reason. What fails is asked
// attribute by attribute and denied, what is late is asked in ever smaller company, and last.

import type { FailureReason, PollSink } from '../jmx/poll-round.ts';
import { type Answer, AgentError, answersOf, isGone, refusalOf, timestamps } from './answers.ts';
import { companies, isSuspect, parts, settle, wereLate } from './companies.ts';
import { type JolokiaClient, LateReply, LongReply, PostError, POSTS_AT_ONCE } from './http-client.ts';
import type { JolokiaBean } from './jolokia-bean.ts';
import { JsonError, type JsonNode, JsonReader } from './json-reader.ts';
import { JsonShape, MISMATCH, SlotClaims } from './json-shape.ts';

/** Rounds of asking again within a poll: open data told, an attribute denied. */
const MAX_ROUNDS = 4;
/** Bulks that are asked again in parts in one poll; an agent that refuses everything is not asked for ever. */
const MAX_SPLITS = 64;

/** What a round tells of the beans' fate. */
export type BeanFate<P> = {
  vanish(bean: JolokiaBean<P>): void;
  deny(bean: JolokiaBean<P>, attribute: string, reason: string): void;
};

export class JolokiaRound<P> {
  readonly #client: JolokiaClient;
  readonly #sink: PollSink<P>;
  readonly #fate: BeanFate<P>;
  readonly #deadline: number;
  readonly #again: JolokiaBean<P>[] = [];
  readonly #suspects: JolokiaBean<P>[] = [];
  #numbers = new Float64Array(256);
  #splits = 0;
  recognized = 0;
  failed = 0;

  constructor(client: JolokiaClient, sink: PollSink<P>, fate: BeanFate<P>, deadline: number) {
    this.#client = client;
    this.#sink = sink;
    this.#fate = fate;
    this.#deadline = deadline;
  }

  /** Until the deadline; 0 or less behind it. */
  get leftMs(): number {
    return this.#deadline - performance.now();
  }

  async run(all: readonly JolokiaBean<P>[]): Promise<void> {
    let beans = all.filter((bean) => bean.answers > 0 && !this.#isPaused(bean));
    for (let i = 0; beans.length > 0 && i < MAX_ROUNDS; i++) {
      await this.#readGroups(companies(beans.filter((bean) => !isSuspect(bean))));
      await this.#readGroups(companies(beans.filter(isSuspect))); // last: what is slow delays only itself
      for (const bean of this.#suspects.splice(0)) await this.#isolate(bean);
      beans = this.#again.splice(0);
    }
    this.fail(beans, 'exception', 'its values change their form with each read');
  }

  fail(beans: readonly JolokiaBean<P>[], reason: FailureReason, detail: string): void {
    for (const { name } of beans) this.#sink.failed(name, undefined, reason, detail);
    this.failed += beans.length;
  }

  /** For an error of a POST or of its reply. @throws any other */
  failBy(error: unknown, beans: readonly JolokiaBean<P>[]): void {
    const known = error instanceof PostError || error instanceof JsonError || error instanceof AgentError;
    if (!known) throw error; // the sink's own
    this.fail(beans, error instanceof LateReply ? 'timeout' : 'connection', error.message);
  }

  #isPaused(bean: JolokiaBean<P>): boolean {
    if (bean.pause === 0) return false;
    bean.pause--;
    this.fail([bean], 'timeout', `it was late ${bean.late} times; asked again in ${bean.pause + 1} polls`);
    return true;
  }

  async #readGroups(groups: JolokiaBean<P>[][]): Promise<void> {
    const worker = async (): Promise<void> => {
      for (let group = groups.shift(); group !== undefined; group = groups.shift())
        groups.push(...(await this.#read(group)));
    };
    await Promise.all(Array.from({ length: POSTS_AT_ONCE }, worker));
  }

  /** The result is what to ask for in smaller groups, at once. */
  async #read(beans: readonly JolokiaBean<P>[]): Promise<JolokiaBean<P>[][]> {
    const left = this.leftMs;
    const taken = { count: 0 };
    try {
      if (left <= 0) throw new LateReply('no time was left to ask');
      const reply = await this.#client.post(`[${beans.map((bean) => bean.request).join(',')}]`, left);
      this.#take(reply, beans, taken);
      settle(beans, this.leftMs > left * 0.75);
      return [];
    } catch (error) {
      const others = beans.slice(taken.count);
      if (error instanceof JsonError || error instanceof AgentError || error instanceof LongReply)
        return this.#tooBad(others, error);
      if (error instanceof LateReply && left > 0) wereLate(beans);
      this.failBy(error, others);
      return [];
    }
  }

  /** One of them makes the agent refuse all, or answer what cannot be read: which, is found by asking for fewer. */
  #tooBad(beans: readonly JolokiaBean<P>[], error: Error): JolokiaBean<P>[][] {
    if (beans.length > 1 && ++this.#splits <= MAX_SPLITS) return parts(beans);
    const [bean] = beans;
    if (beans.length === 1 && bean !== undefined) this.#suspects.push(bean);
    else this.failBy(error, beans);
    return [];
  }

  /** Hot: replies of a known form go from bytes to the sink. `taken` counts the beans done. @throws JsonError, AgentError */
  #take(reply: Buffer, beans: readonly JolokiaBean<P>[], taken: { count: number }): void {
    const reader = new JsonReader(reply);
    if (!reader.passIf('[')) answersOf(reader.value(), beans.length); // throws what the agent says of the whole
    for (const bean of beans) {
      if (taken.count > 0) reader.pass(',');
      const end = this.#recognize(reply, reader.at, bean);
      if (end === MISMATCH) this.#learn(reply, reader, bean);
      else reader.at = end;
      taken.count++;
    }
    reader.pass(']');
  }

  #recognize(reply: Buffer, at: number, bean: JolokiaBean<P>): number {
    for (let i = 0; i < bean.shapes.length; i++) {
      const [shape, plan] = [bean.shapes[i], bean.plans[i]];
      if (shape === undefined || plan === undefined) continue;
      if (shape.slotCount > this.#numbers.length) this.#numbers = new Float64Array(shape.slotCount * 2);
      const end = shape.match(reply, at, this.#numbers);
      if (end === MISMATCH) continue;
      this.recognized++;
      this.#sink.numbers(bean, plan, this.#numbers);
      return end;
    }
    return MISMATCH;
  }

  #learn(reply: Buffer, reader: JsonReader, bean: JolokiaBean<P>): void {
    const from = reader.at;
    const nodes: JsonNode[] = [];
    for (let i = 0; i < bean.answers; i++) {
      if (i > 0) reader.pass(',');
      nodes.push(reader.value());
    }
    const answers = answersOf(nodes, bean.answers);
    if (answers.some(isGone)) return this.#fate.vanish(bean);
    if (answers.some((one) => refusalOf(one) !== undefined)) return void this.#suspects.push(bean);
    this.#deliver(bean, answers, { reply, from, to: reader.at });
  }

  #deliver(
    bean: JolokiaBean<P>,
    answers: readonly Answer[],
    text: { reply: Buffer; from: number; to: number },
  ): void {
    const claims = new SlotClaims();
    const values = bean.values(answers, claims);
    if (values === undefined) return void this.#again.push(bean);
    const plan = this.#sink.values(bean, values);
    const unneeded = this.#sink.unneeded?.(bean) ?? [];
    if (unneeded.length > 0) return bean.leaveOut(unneeded);
    if (plan === undefined || !bean.learn) return;
    for (const slot of timestamps(answers)) claims.claim(slot);
    bean.remember(new JsonShape(text.reply, text.from, text.to, claims.slots), plan);
  }

  /** Asks for each attribute alone; what fails then is not asked for again. The rest is read once more. */
  async #isolate(bean: JolokiaBean<P>): Promise<void> {
    try {
      for (const { attribute, request } of bean.alone()) {
        const refused = await this.#tryOut(request);
        if (refused === 'gone') return this.#fate.vanish(bean);
        if (refused !== undefined) this.#deny(bean, attribute, refused);
      }
    } catch (error) {
      return this.failBy(error, [bean]);
    }
    if (bean.answers > 0) this.#again.push(bean);
  }

  /** Why this request alone gives no value. @throws PostError */
  async #tryOut(request: string): Promise<string | undefined> {
    try {
      const reply = new JsonReader(await this.#client.post(`[${request}]`, Math.max(1, this.leftMs)));
      const answers = answersOf(reply.value(), 1);
      return answers.some(isGone) ? 'gone' : answers.map(refusalOf)[0];
    } catch (error) {
      if (error instanceof JsonError || error instanceof AgentError || error instanceof LongReply)
        return error.message;
      throw error;
    }
  }

  #deny(bean: JolokiaBean<P>, attribute: string, reason: string): void {
    this.#fate.deny(bean, attribute, reason);
    this.#sink.failed(bean.name, attribute, 'unserializable', reason);
  }
}
