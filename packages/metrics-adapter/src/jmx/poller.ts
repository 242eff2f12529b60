// Reads all beans of a target, again and again: names, descriptions of new beans, attributes of all of them in one
// pipeline. For a collector, which gets objects the first time and only numbers when nothing else changed.
// Invariant: a bad bean costs its own values, never the poll: what breaks a lane is found, isolated attribute by
// attribute and remembered, what is slow is overtaken by the others, what vanished is let go, and a target that
// forgot us or was restarted is asked again in the same poll.

import { ShapePool } from '../jser/shape.ts';
import { Catalogue, type CatalogueOptions } from './catalogue.ts';
import { Descriptions } from './description.ts';
import { type PollSink, PollRound } from './poll-round.ts';
import type { PolledBean } from './polled-bean.ts';
import { RemoteError } from './remote-error.ts';
import type { JmxSession } from './session.ts';

export type PollReport = {
  readonly beans: number;
  /** Beans whose reply had a known form. */
  readonly recognized: number;
  readonly failed: number;
};

export class JmxPoller<P> {
  readonly session: JmxSession;
  readonly catalogue: Catalogue<P>;
  readonly #descriptions: Descriptions<P>;
  readonly #shapes = new ShapePool();
  #generation = 0;
  #polling = false;
  #shapesAllowed = 1000;

  constructor(session: JmxSession, options: CatalogueOptions) {
    this.session = session;
    this.catalogue = new Catalogue<P>(options);
    this.#descriptions = new Descriptions(session, this.catalogue);
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
    const undescribed = await this.#describe(sink, deadline);
    const round = new PollRound(this.session, this.catalogue, this.#shapes, sink);
    const beans = [...this.catalogue.beans.values()].filter(
      (bean) => (bean.asked?.attributes.length ?? 0) > 0,
    );
    await round.run(beans, deadline);
    this.#forgetShapes(beans);
    return {
      beans: this.catalogue.beans.size,
      recognized: round.recognized,
      failed: round.failures + undescribed,
    };
  }

  /** Shapes that no bean has any more go, once they may be half of all. */
  #forgetShapes(beans: readonly PolledBean<P>[]): void {
    if (this.#shapes.size < this.#shapesAllowed) return;
    this.#shapes.keep(new Set(beans.flatMap((bean) => bean.shapes)));
    this.#shapesAllowed = Math.max(1000, this.#shapes.size * 2);
  }

  /** Two tries, each in half of the time. */
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
    const late = new Error(`no names within ${Math.round(timeoutMs)} ms`);
    const timer = setTimeout(() => this.session.forget(late), timeoutMs);
    try {
      const lane = await this.session.lane('main');
      if (this.#generation !== this.session.generation) this.catalogue.clear();
      this.#generation = this.session.generation;
      await this.catalogue.refresh(this.session, lane);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Beans not seen before, and those that may have changed: half of the time at most is for them. */
  async #describe(sink: PollSink<P>, deadline: number): Promise<number> {
    const now = performance.now();
    const due: PolledBean<P>[] = [];
    for (const bean of this.catalogue.beans.values()) if (bean.describeAt <= now) due.push(bean);
    if (due.length > 0) await this.#descriptions.ask(due, now + (deadline - now) / 2, sink);
    let missing = 0;
    for (const bean of this.catalogue.beans.values()) {
      if (bean.asked !== undefined) continue;
      sink.failed(bean.name, undefined, 'timeout', 'not described in time');
      missing++;
    }
    return missing;
  }
}
