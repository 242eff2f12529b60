// Reads all beans of a target, again and again: names, descriptions of new beans, attributes of all of them in one
// pipeline. For a collector, which gets objects the first time and only numbers when nothing else changed.
// Invariant: a bad bean costs its own values, never the poll: what breaks a lane is found, isolated attribute by
// attribute and remembered, what is slow is overtaken by the others, what vanished is let go, and a target that
// forgot us or was restarted is asked again in the same poll.

import type { JrmpConnection } from '../jrmp/connection.ts';
import { ShapePool } from '../jser/shape.ts';
import { Catalogue, type CatalogueOptions } from './catalogue.ts';
import { mbeanInfo } from './mbean-info.ts';
import { type PollSink, PollRound } from './poll-round.ts';
import type { PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import { ask, type JmxSession } from './session.ts';

export type PollReport = {
  readonly beans: number;
  /** Beans whose reply had a known form. */
  readonly recognized: number;
  readonly failed: number;
};

export class JmxPoller<P> {
  readonly session: JmxSession;
  readonly catalogue: Catalogue<P>;
  readonly #shapes = new ShapePool();
  #generation = 0;
  #polling = false;
  #shapesAllowed = 1000;

  constructor(session: JmxSession, options: CatalogueOptions) {
    this.session = session;
    this.catalogue = new Catalogue<P>(options);
  }

  /**
   * One poll, at most `timeoutMs` long; what is not there then counts as failed.
   * @throws RemoteError, Error when the target as a whole cannot be read; Error when a poll is under way.
   */
  async poll(sink: PollSink<P>, timeoutMs: number): Promise<PollReport> {
    if (this.#polling) throw new Error('a poll of this target is under way'); // its beans are its calls: one at a time
    this.#polling = true;
    try {
      return await this.#poll(sink, timeoutMs);
    } finally {
      this.#polling = false;
    }
  }

  async #poll(sink: PollSink<P>, timeoutMs: number): Promise<PollReport> {
    const deadline = performance.now() + timeoutMs;
    await this.#refresh(timeoutMs);
    await this.#describeNew(sink, deadline);
    const round = new PollRound(this.session, this.catalogue, this.#shapes, sink);
    const beans = [...this.catalogue.beans.values()].filter(
      (bean) => (bean.asked?.attributes.length ?? 0) > 0,
    );
    await round.run(beans, deadline);
    this.#forgetShapes(beans);
    return { beans: this.catalogue.beans.size, recognized: round.recognized, failed: round.failures };
  }

  /** Shapes that no bean has any more go, once they may be half of all. */
  #forgetShapes(beans: readonly PolledBean<P>[]): void {
    if (this.#shapes.size < this.#shapesAllowed) return;
    this.#shapes.keep(new Set(beans.flatMap((bean) => bean.shapes)));
    this.#shapesAllowed = Math.max(1000, this.#shapes.size * 2);
  }

  async #refresh(timeoutMs: number): Promise<void> {
    const half = timeoutMs / 2;
    try {
      return await this.#names(half);
    } catch (error) {
      if (error instanceof RemoteError && !error.sessionGone) throw error;
    }
    this.session.forget(); // expired, cut or restarted: once more from the beginning
    return this.#names(half);
  }

  async #names(timeoutMs: number): Promise<void> {
    const lane = await this.session.lane('main');
    if (this.#generation !== this.session.generation) this.catalogue.clear();
    this.#generation = this.session.generation;
    const timer = setTimeout(() => lane.destroy(new Error(`no names within ${timeoutMs} ms`)), timeoutMs);
    await this.catalogue.refresh(this.session, lane).finally(() => clearTimeout(timer));
  }

  /** Descriptions of the beans not seen before, in one pipeline. One that breaks the lane costs only itself. */
  async #describeNew(sink: PollSink<P>, deadline: number): Promise<void> {
    let fresh = [...this.catalogue.beans.values()].filter((bean) => bean.asked === undefined);
    while (fresh.length > 0 && performance.now() < deadline) {
      const lane = await this.session.lane('describe');
      const outcomes = await Promise.all(fresh.map((bean) => this.#describe(bean, lane, sink)));
      lane.destroy();
      const broke = outcomes.findIndex((outcome) => outcome !== undefined); // answers come in order: the first is to blame
      if (broke < 0) return;
      const culprit = fresh[broke];
      if (culprit !== undefined) this.#undescribable(culprit, String(outcomes[broke]), sink);
      fresh = fresh.slice(broke + 1);
    }
  }

  /** What broke the lane, or undefined. */
  async #describe(bean: PolledBean<P>, lane: JrmpConnection, sink: PollSink<P>): Promise<Error | undefined> {
    const { requests, callTimeoutMs } = this.session;
    try {
      const info = await ask(lane, (out) => requests.ofBean(out, 'getMBeanInfo', bean.name), callTimeoutMs);
      this.catalogue.describe(bean, mbeanInfo(info));
    } catch (error) {
      if (!(error instanceof RemoteError)) return error instanceof Error ? error : new Error(String(error));
      if (error.beanGone) this.catalogue.vanish(bean);
      else sink.failed(bean.name, undefined, 'exception', error.message);
    }
    return undefined;
  }

  #undescribable(bean: PolledBean<P>, why: string, sink: PollSink<P>): void {
    this.catalogue.describe(bean, { className: '', description: '', attributes: [] });
    sink.failed(bean.name, undefined, 'unserializable', `its MBeanInfo: ${why}`);
  }
}
