// One poll's reading of all beans, whatever happens to connections and beans on the way. For the poller.
// Invariant: each bean is answered once: with numbers, values, or a failure with its reason. A bad bean costs its own
// values: what breaks a lane is isolated attribute by attribute and remembered, what is slow is overtaken.

import type { JrmpConnection } from '../jrmp/connection.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { Shape, ShapePool } from '../jser/shape.ts';
import { StreamCorruptedError, WriteAbortedError } from '../jser/stream-errors.ts';
import type { Catalogue } from './catalogue.ts';
import { type AttributeValue, attributeValues } from './mbean-info.ts';
import { type AttributeSet, type BeanRound, PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import { stringArray } from './requests.ts';
import { ask, type JmxSession } from './session.ts';

/** Why a bean or attribute gave no value in a poll. */
export type FailureReason = 'unserializable' | 'timeout' | 'exception' | 'connection';

/** A bean as a sink sees it, whoever polls it. */
export type SeenBean<P> = Pick<PolledBean<P>, 'name' | 'plans'> & {
  readonly asked: Pick<AttributeSet, 'className' | 'attributes'> | undefined;
};

export type PollSink<P> = {
  /** The bean's attributes as objects. The result is given to `numbers` when a reply has the same form; undefined: never. */
  values(bean: SeenBean<P>, attributes: readonly AttributeValue[]): P | undefined;
  /** The same form as when `plan` was made; `numbers[i]` is the value of the box whose slot is i. Do not keep `numbers`. */
  numbers(bean: SeenBean<P>, plan: P, numbers: Float64Array): void;
  failed(bean: string, attribute: string | undefined, reason: FailureReason, detail: string): void;
  /** Which of the attributes just given to `values` need not be asked for again: nothing would become of them. */
  unneeded?(bean: SeenBean<P>): readonly string[];
};

const MAX_ATTEMPTS = 3;
const SLOW_LANES = 4;
const MAX_OVERTAKES = 4;
/** A bean found slow keeps its lane for this many polls after it was last seen slow. */
const SLOW_POLLS = 10;

/** One poll's reading of all beans. */
export class PollRound<P> implements BeanRound<P> {
  readonly #session: JmxSession;
  readonly #catalogue: Catalogue<P>;
  readonly #shapes: ShapePool;
  readonly #sink: PollSink<P>;
  recognized = 0;
  failures = 0;
  #open = new Set<PolledBean<P>>();
  #again: PolledBean<P>[] = [];
  readonly #suspects: PolledBean<P>[] = [];
  #sessionGone = false;
  #overtakes = 0;
  #settled = Promise.withResolvers<void>();
  #waiting = 0;
  readonly #started = performance.now();

  constructor(session: JmxSession, catalogue: Catalogue<P>, shapes: ShapePool, sink: PollSink<P>) {
    this.#session = session;
    this.#catalogue = catalogue;
    this.#shapes = shapes;
    this.#sink = sink;
  }

  get requests(): JmxSession['requests'] {
    return this.#session.requests;
  }

  async run(beans: readonly PolledBean<P>[], deadline: number): Promise<void> {
    for (const bean of beans) {
      bean.attempts = 0;
      if (bean.busy) this.#fail(bean, 'timeout', 'its last call is not answered yet');
      else this.#again.push(bean);
    }
    this.#session.onStall = (lane) => void this.#overtake(lane);
    const timer = setTimeout(() => this.#settled.resolve(), Math.max(0, deadline - performance.now()));
    try {
      while (this.#again.length > 0 && performance.now() < deadline) await this.#once(deadline);
    } finally {
      clearTimeout(timer);
      this.#session.onStall = undefined;
    }
    for (const bean of [...this.#open, ...this.#again]) this.#fail(bean, 'timeout', 'no answer in time');
    for (const bean of this.#open) bean.round = undefined;
    this.#session.endStuck('main', 'no answer in time');
  }

  /** Sends what is to be sent, and waits until all of it is answered, lost or late. */
  async #once(deadline: number): Promise<void> {
    const beans = this.#again;
    this.#again = [];
    await this.#submit(beans);
    if (this.#waiting > 0) await this.#settled.promise;
    if (performance.now() >= deadline) return;
    this.#settled = Promise.withResolvers<void>();
    if (this.#sessionGone) this.#session.forget();
    this.#sessionGone = false;
    for (const bean of this.#suspects.splice(0)) await this.#isolate(bean);
  }

  async #submit(beans: readonly PolledBean<P>[]): Promise<void> {
    const lanes = Map.groupBy(beans, (bean) => (bean.slow > 0 ? `slow-${slot(bean.name)}` : 'main'));
    for (const [name, group] of lanes) {
      const lane = await this.#session.lane(name);
      for (const bean of group) {
        bean.round = this;
        bean.busy = true;
        this.#open.add(bean);
      }
      this.#waiting += group.length;
      lane.submitAll(group);
    }
  }

  /** The lane stands still: its first bean is slow. It keeps the lane, the others get a new one. */
  async #overtake(lane: JrmpConnection): Promise<void> {
    if (this.#overtakes >= MAX_OVERTAKES || !this.#session.release('main', lane)) return;
    this.#overtakes++; // a target that stands still as a whole (a long GC pause) is not asked all over again for ever
    const { head, behind } = lane.takeBehindHead();
    if (head instanceof PolledBean) head.slow = SLOW_POLLS;
    try {
      const next = await this.#session.lane('main');
      next.submitAll(behind);
    } catch (error) {
      for (const call of behind) call.lost(error instanceof Error ? error : new Error(String(error)), false);
    }
  }

  // --- BeanRound ---

  numbers(bean: PolledBean<P>, plan: P, numbers: Float64Array): void {
    this.recognized++;
    this.#sink.numbers(bean, plan, numbers);
    this.#answered(bean);
  }

  value(bean: PolledBean<P>, value: JavaValue, shape: Shape | undefined): void {
    const attributes = attributeValues(value);
    const plan = this.#sink.values(bean, attributes);
    const unneeded = this.#sink.unneeded?.(bean) ?? [];
    if (unneeded.length > 0) this.#catalogue.leaveOut(bean, unneeded);
    else {
      if (bean.answered >= 0 && bean.answered !== attributes.length) bean.describeAt = 0; // another bean of that name?
      bean.answered = attributes.length;
      if (plan !== undefined && shape !== undefined) bean.remember(this.#shapes.intern(shape), plan);
    }
    this.#answered(bean);
  }

  exception(bean: PolledBean<P>, value: JavaValue): void {
    const error = new RemoteError(value);
    if (error.beanGone) this.#catalogue.vanish(bean);
    else if (error.sessionGone && bean.attempts < MAX_ATTEMPTS) {
      this.#sessionGone = true;
      this.#retry(bean);
    } else this.#fail(bean, 'exception', error.message);
    this.#answered(bean);
  }

  lost(bean: PolledBean<P>, error: Error, blamed: boolean): void {
    if (blamed) this.#suspects.push(bean);
    else if (bean.attempts < MAX_ATTEMPTS) this.#retry(bean, error);
    else this.#fail(bean, 'connection', error.message);
    this.#answered(bean);
  }

  /** Only a target that is gone counts: being behind a bad bean is no fault of this one. */
  #retry(bean: PolledBean<P>, error?: Error): void {
    const innocent = error instanceof WriteAbortedError || error instanceof StreamCorruptedError;
    if (!innocent) bean.attempts++;
    this.#again.push(bean);
  }

  #answered(bean: PolledBean<P>): void {
    if (bean.slow > 0 && performance.now() - this.#started < 100) bean.slow--;
    this.#open.delete(bean);
    if (--this.#waiting === 0) this.#settled.resolve();
  }

  #fail(bean: PolledBean<P>, reason: FailureReason, detail: string): void {
    this.failures++;
    this.#sink.failed(bean.name, undefined, reason, detail);
  }

  /** Asks for each attribute alone; what breaks the lane then is not asked for again. The rest is read once more. */
  async #isolate(bean: PolledBean<P>): Promise<void> {
    if (++bean.attempts > MAX_ATTEMPTS)
      return this.#fail(bean, 'connection', 'the lane broke at this bean, again');
    const { requests } = this.#session;
    for (const { name } of bean.asked?.attributes ?? []) {
      const argument = stringArray([name]);
      try {
        const lane = await this.#session.lane('probe');
        await ask(
          lane,
          (out) => requests.getAttributes(out, bean.name, argument),
          this.#session.callTimeoutMs,
        );
      } catch (error) {
        if (!(error instanceof WriteAbortedError || error instanceof StreamCorruptedError)) continue;
        this.#catalogue.deny(bean, name, error.message);
        this.#sink.failed(bean.name, name, 'unserializable', error.message);
      }
    }
    this.#again.push(bean);
  }
}

/** Always the same lane for a bean, so that two slow ones rarely wait for each other. */
function slot(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) >>> 0;
  return sum % SLOW_LANES;
}
