// One poll's reading of all beans, whatever happens to connections and beans on the way. For the poller.
// Invariant: each bean is answered once: with numbers, values, or a failure with its reason. A bad bean costs its own
// values: what breaks a lane is isolated attribute by attribute and remembered, what is slow is overtaken. A round ends
// by its deadline, whatever it waits for; what is answered later is nobody's.

import type { JrmpConnection } from '../jrmp/connection.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { Shape, ShapePool } from '../jser/shape.ts';
import { StreamCorruptedError, WriteAbortedError } from '../jser/stream-errors.ts';
import type { Catalogue } from './catalogue.ts';
import { Isolation } from './isolation.ts';
import { type AttributeValue, attributeValues } from './mbean-info.ts';
import { type AttributeSet, type BeanRound, PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import type { JmxSession } from './session.ts';

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
  /** Slots of the plan whose text counts: a long there that is beyond 2^53 comes as an object, to its last digit. */
  exact?(plan: P): readonly number[];
  failed(bean: string, attribute: string | undefined, reason: FailureReason, detail: string): void;
  /** Which of the attributes just given to `values` need not be asked for again: nothing would become of them. */
  unneeded?(bean: SeenBean<P>): readonly string[];
};

const MAX_ATTEMPTS = 3;
const SLOW_LANES = 4;
/** New connections to overtake slow beans, in one round. */
const MAX_OVERTAKES = 16;
/** A bean found slow keeps off the common lane for this many polls after it was last seen slow. */
const SLOW_POLLS = 10;

export class PollRound<P> implements BeanRound<P> {
  readonly #session: JmxSession;
  readonly #catalogue: Catalogue<P>;
  readonly #shapes: ShapePool;
  readonly #sink: PollSink<P>;
  recognized = 0;
  failures = 0;
  #again: PolledBean<P>[] = [];
  readonly #suspects: PolledBean<P>[] = [];
  #sessionGone = false;
  #overtakes = 0;
  #settled = Promise.withResolvers<void>();
  #waiting = 0;
  #over = false;
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

  /** Never later than the deadline. @throws Error when the session is gone and there is no new one. */
  async run(beans: readonly PolledBean<P>[], deadline: number): Promise<void> {
    for (const bean of beans) {
      bean.attempts = 0;
      if (bean.busy) this.#fail(bean, 'timeout', 'its last call is not answered yet');
      else {
        bean.round = this;
        this.#again.push(bean);
      }
    }
    this.#session.onStall = (lane) => void this.#overtake(lane);
    this.#session.onSlow = (call) => void (call instanceof PolledBean && (call.slow = SLOW_POLLS));
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => late.resolve(), Math.max(0, deadline - performance.now()));
    try {
      await Promise.race([this.#read(deadline), late.promise]);
    } finally {
      this.#over = true;
      clearTimeout(timer);
      this.#session.onStall = this.#session.onSlow = undefined;
    }
    for (const bean of beans) if (bean.round === this) this.#fail(bean, 'timeout', 'no answer in time');
    this.#session.endStuck('main', 'no answer in time');
    this.#session.retire('slow-');
  }

  /** Until nothing is left to be asked. Stops at the next step when the round is over. */
  async #read(deadline: number): Promise<void> {
    while (this.#again.length > 0 && !this.#over) {
      await this.#submit(this.#again.splice(0));
      if (this.#waiting > 0) await this.#settled.promise;
      this.#settled = Promise.withResolvers<void>();
      if (this.#sessionGone && !this.#over) this.#session.forget();
      this.#sessionGone = false;
      for (const bean of this.#suspects.splice(0)) await this.#isolate(bean, deadline);
    }
  }

  async #submit(beans: readonly PolledBean<P>[]): Promise<void> {
    const lanes = Map.groupBy(beans, (bean) => (bean.slow > 0 ? `slow-${slot(bean.name)}` : 'main'));
    for (const [name, group] of lanes) {
      const lane = await this.#session.lane(name);
      if (this.#over) return;
      for (const bean of group) bean.busy = true;
      this.#waiting += group.length;
      lane.submitAll(group);
    }
  }

  /**
   * The lane stands still: its first bean is slow. It keeps the lane, the others get a new one. Not when the lane has
   * heard nothing at all: then it is the target that stands still (a long GC pause), and asking more does not help.
   */
  async #overtake(lane: JrmpConnection): Promise<void> {
    if (this.#overtakes >= MAX_OVERTAKES || !lane.greeted || !this.#session.release('main', lane)) return;
    this.#overtakes++;
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
    this.#done(bean);
  }

  value(bean: PolledBean<P>, value: JavaValue, shape: Shape | undefined): void {
    try {
      this.#values(bean, attributeValues(value), shape);
    } catch (error) {
      this.#fail(bean, 'exception', String(error)); // a fault of ours, and no reason to lose the connection
    }
    this.#done(bean);
  }

  #values(bean: PolledBean<P>, attributes: readonly AttributeValue[], shape: Shape | undefined): void {
    const plan = this.#sink.values(bean, attributes);
    const unneeded = this.#sink.unneeded?.(bean) ?? [];
    if (unneeded.length > 0) return this.#catalogue.leaveOut(bean, unneeded);
    if (bean.answered >= 0 && bean.answered !== attributes.length) bean.describeAt = 0; // another bean of that name?
    bean.answered = attributes.length;
    if (plan !== undefined) shape?.requireExact(this.#sink.exact?.(plan) ?? []);
    const form = plan === undefined || shape === undefined ? undefined : this.#shapes.intern(shape);
    if (plan !== undefined && form !== undefined) bean.remember(form, plan);
  }

  exception(bean: PolledBean<P>, value: JavaValue): void {
    const error = new RemoteError(value);
    if (error.sessionGone && bean.attempts < MAX_ATTEMPTS) {
      this.#sessionGone = true;
      return this.#retry(bean);
    }
    if (error.beanGone) this.#catalogue.vanish(bean);
    else this.#fail(bean, 'exception', error.message);
    this.#done(bean);
  }

  lost(bean: PolledBean<P>, error: Error, blamed: boolean): void {
    if (blamed) {
      this.#suspects.push(bean);
      this.#answered();
    } else if (bean.attempts < MAX_ATTEMPTS) this.#retry(bean, error);
    else {
      this.#fail(bean, 'connection', error.message);
      this.#done(bean);
    }
  }

  /** Only a target that is gone counts: being behind a bad bean is no fault of this one. */
  #retry(bean: PolledBean<P>, error?: Error): void {
    const innocent = error instanceof WriteAbortedError || error instanceof StreamCorruptedError;
    if (!innocent) bean.attempts++;
    this.#again.push(bean);
    this.#answered();
  }

  #done(bean: PolledBean<P>): void {
    if (bean.slow > 0 && performance.now() - this.#started < QUICK_MS) bean.slow--;
    bean.round = undefined;
    this.#answered();
  }

  #answered(): void {
    if (--this.#waiting === 0) this.#settled.resolve();
  }

  #fail(bean: PolledBean<P>, reason: FailureReason, detail: string): void {
    bean.round = undefined;
    this.failures++;
    this.#sink.failed(bean.name, undefined, reason, detail);
  }

  /** Asks for each attribute alone; what breaks the lane then is not asked for again. The rest is read once more. */
  async #isolate(bean: PolledBean<P>, deadline: number): Promise<void> {
    if (this.#over) return;
    if (++bean.attempts > MAX_ATTEMPTS)
      return this.#fail(bean, 'connection', 'the connection broke at this bean, again');
    const isolation = new Isolation(this.#session, bean, deadline);
    for (const { attribute, why } of await isolation.run()) {
      this.#catalogue.deny(bean, attribute, why);
      if (!this.#over) this.#sink.failed(bean.name, attribute, 'unserializable', why);
    }
    if (this.#over) return;
    if (isolation.unreachable !== undefined) this.#fail(bean, 'connection', isolation.unreachable);
    else if ((bean.asked?.attributes.length ?? 0) > 0) this.#again.push(bean);
    else bean.round = undefined;
  }
}

/** A slow bean whose answer is there so soon after the poll began was not slow. */
const QUICK_MS = 100;

/** Always the same lane for a bean, so that two slow ones rarely wait for each other. */
function slot(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) >>> 0;
  return sum % SLOW_LANES;
}
