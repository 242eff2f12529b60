// Asks beans for their descriptions (MBeanInfo), all in one pipeline. For the poller.
// Invariant: one bean that cannot be described, or takes too long, costs itself: the others are described in this poll or,
// where time ran out, in the next one, which begins with those that were not asked in vain.
// Beans of a class mostly describe themselves with the same bytes, which are then compared and not decoded.

import type { Call, JrmpConnection } from '../jrmp/connection.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { ObjectWriter } from '../jser/object-writer.ts';
import type { Shape } from '../jser/shape.ts';
import { StreamCorruptedError, WriteAbortedError } from '../jser/stream-errors.ts';
import type { Catalogue } from './catalogue.ts';
import { type MBeanInfo, mbeanInfo } from './mbean-info.ts';
import type { FailureReason, PollSink } from './poll-round.ts';
import type { PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import type { JmxSession } from './session.ts';

/** Descriptions whose bytes are kept: more than there are large classes of beans, few enough to try each. */
const MAX_KNOWN = 16;
const NOTHING: MBeanInfo = { className: '', description: '', attributes: [], immutable: false };
/** A description that may change is asked for again after a minute, in which applications register most of theirs,
 * then after five to ten: spread, so that no poll pays for all of them. */
const SOON_MS = 60_000;
const LATER_MS = 300_000;
const SPREAD = 64;

export class Descriptions<P> {
  readonly #session: JmxSession;
  readonly #catalogue: Catalogue<P>;
  /** Forms without numbers, the one last seen first, and what they say. */
  shapes: readonly Shape[] = [];
  readonly #known = new Map<Shape, MBeanInfo>();
  #turn = 0;

  constructor(session: JmxSession, catalogue: Catalogue<P>) {
    this.#session = session;
    this.#catalogue = catalogue;
  }

  /** Describes these beans until `deadline`; those that it did not get to are as they were. */
  async ask(beans: readonly PolledBean<P>[], deadline: number, sink: PollSink<P>): Promise<void> {
    let left = beans;
    for (let breaks = 0; left.length > 0 && breaks < MAX_BREAKS && performance.now() < deadline;) {
      const lane = await this.#session.lane('describe');
      const round = new DescriptionRound(this, this.#session, inTurn(left), sink);
      if (!(await round.run(lane, deadline))) breaks++;
      left = left.filter((bean) => !round.settled.has(bean));
    }
  }

  form(shape: Shape): MBeanInfo | undefined {
    return this.#known.get(shape);
  }

  remember(shape: Shape | undefined, info: MBeanInfo): void {
    if (shape?.slotCount !== 0) return;
    this.#known.set(shape, info);
    this.shapes = [shape, ...this.shapes].slice(0, MAX_KNOWN);
    if (this.#known.size <= MAX_KNOWN) return;
    for (const one of this.#known.keys()) if (!this.shapes.includes(one)) this.#known.delete(one);
  }

  described(bean: PolledBean<P>, info: MBeanInfo): void {
    const again = bean.described === undefined ? SOON_MS : LATER_MS;
    this.#turn = (this.#turn + 1) % SPREAD;
    bean.describeAt = info.immutable ? Infinity : performance.now() + again * (1 + this.#turn / SPREAD);
    bean.undescribed = 0;
    this.#catalogue.describe(bean, info);
  }

  vanished(bean: PolledBean<P>): void {
    this.#catalogue.vanish(bean);
  }

  /** It cannot be described: it has no attributes then, unless they were known before. */
  failed(bean: PolledBean<P>, reason: FailureReason, why: string, sink: PollSink<P>): void {
    this.postpone(bean);
    if (bean.described === undefined) this.#catalogue.describe(bean, NOTHING);
    sink.failed(bean.name, undefined, reason, `its MBeanInfo: ${why}`);
  }

  postpone(bean: PolledBean<P>): void {
    bean.undescribed++;
    bean.describeAt = performance.now() + SOON_MS * Math.min(bean.undescribed, 10);
  }
}

/** A connection may end for other reasons than a bean's description this often in one poll. */
const MAX_BREAKS = 3;

/** Those that kept others waiting, or were there when the connection ended, come last. */
const inTurn = <P>(beans: readonly PolledBean<P>[]): readonly PolledBean<P>[] =>
  beans.every((bean) => bean.undescribed === 0)
    ? beans
    : beans.toSorted((a, b) => a.undescribed - b.undescribed);

/** One pipeline of calls. */
class DescriptionRound<P> {
  readonly #all: Descriptions<P>;
  readonly #session: JmxSession;
  readonly #beans: readonly PolledBean<P>[];
  readonly #sink: PollSink<P>;
  /** Beans whose description is there, or known to be impossible. */
  readonly settled = new Set<PolledBean<P>>();
  readonly #ended = Promise.withResolvers<void>();
  #broken: Error | undefined;
  #progress = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(all: Descriptions<P>, session: JmxSession, beans: readonly PolledBean<P>[], sink: PollSink<P>) {
    this.#all = all;
    this.#session = session;
    this.#beans = beans;
    this.#sink = sink;
  }

  /** False when it ended too early for a reason that is no bean's description. */
  async run(lane: JrmpConnection, deadline: number): Promise<boolean> {
    const { requests, callTimeoutMs } = this.#session;
    const late = (): void => lane.destroy(new Error('no description in time'));
    const end = setTimeout(late, Math.max(0, deadline - performance.now()));
    this.#timer = setTimeout(late, callTimeoutMs);
    lane.submitAll(
      this.#beans.map((bean) => {
        const write = (out: ObjectWriter): void => requests.ofBean(out, 'getMBeanInfo', bean.name);
        return new DescriptionCall(this, bean, write);
      }),
    );
    await this.#ended.promise;
    clearTimeout(this.#timer);
    clearTimeout(end);
    lane.destroy();
    return this.#broken === undefined || this.#blame(this.#broken);
  }

  get shapes(): readonly Shape[] {
    return this.#all.shapes;
  }

  fits(bean: PolledBean<P>, shape: Shape): void {
    this.#all.described(bean, this.#all.form(shape) ?? NOTHING);
    this.#answered(bean);
  }

  value(bean: PolledBean<P>, value: JavaValue, shape: Shape | undefined): void {
    try {
      const info = mbeanInfo(value);
      this.#all.remember(shape, info);
      this.#all.described(bean, info);
    } catch (error) {
      this.#all.failed(bean, 'exception', String(error), this.#sink);
    }
    this.#answered(bean);
  }

  exception(bean: PolledBean<P>, value: JavaValue): void {
    const error = new RemoteError(value);
    if (error.beanGone) this.#all.vanished(bean);
    else if (error.sessionGone) return this.lost(error);
    else this.#all.failed(bean, 'exception', error.message, this.#sink);
    this.#answered(bean);
  }

  lost(error: Error): void {
    this.#broken ??= error;
    this.#ended.resolve();
  }

  #answered(bean: PolledBean<P>): void {
    this.settled.add(bean);
    this.#progress = performance.now();
    this.#timer?.refresh();
    if (this.settled.size === this.#beans.length) this.#ended.resolve();
  }

  /** Answers come in the order of the calls: the first that is missing broke the stream, or kept the others waiting. */
  #blame(error: Error): boolean {
    const first = this.#beans.find((bean) => !this.settled.has(bean));
    if (first === undefined) return true;
    if (error instanceof WriteAbortedError || error instanceof StreamCorruptedError) {
      this.#all.failed(first, 'unserializable', error.message, this.#sink);
      this.settled.add(first);
      return true;
    }
    if (performance.now() - this.#progress > STOOD_STILL_MS) this.#all.postpone(first);
    else first.undescribed++;
    return false;
  }
}

/** Time without an answer after which it is the bean that takes so long, and not that there are many of them. */
const STOOD_STILL_MS = 1000;

class DescriptionCall<P> implements Call {
  readonly learn = true;
  readonly #round: DescriptionRound<P>;
  readonly #bean: PolledBean<P>;
  readonly write: (out: ObjectWriter) => void;

  constructor(round: DescriptionRound<P>, bean: PolledBean<P>, write: (out: ObjectWriter) => void) {
    this.#round = round;
    this.#bean = bean;
    this.write = write;
  }

  get shapes(): readonly Shape[] {
    return this.#round.shapes;
  }

  fits(shape: Shape): void {
    this.#round.fits(this.#bean, shape);
  }

  value(value: JavaValue, _uid: Buffer, shape: Shape | undefined): void {
    this.#round.value(this.#bean, value, shape);
  }

  exception(value: JavaValue): void {
    this.#round.exception(this.#bean, value);
  }

  lost(error: Error): void {
    this.#round.lost(error);
  }
}
