// One bean of the catalogue, and the call that reads it: the same object, so that a poll of many thousands allocates
// nothing for each. Invariant: `round` is told of every end of a call exactly once.

import type { Call } from '../jrmp/connection.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { ObjectWriter } from '../jser/object-writer.ts';
import type { Shape } from '../jser/shape.ts';
import type { AttributeInfo } from './mbean-info.ts';
import type { SessionRequests } from './requests.ts';

/** What is asked of a bean; one object for all beans that are asked for the same. */
export type AttributeSet = {
  readonly className: string;
  readonly attributes: readonly AttributeInfo[];
  /** The names as an argument of getAttributes. */
  readonly argument: Buffer;
};

/** Who gets a bean's answers in this poll. */
export type BeanRound<P> = {
  readonly requests: SessionRequests;
  numbers(bean: PolledBean<P>, plan: P, numbers: Float64Array): void;
  value(bean: PolledBean<P>, value: JavaValue, shape: Shape | undefined): void;
  exception(bean: PolledBean<P>, value: JavaValue): void;
  lost(bean: PolledBean<P>, error: Error, blamed: boolean): void;
};

/** Forms of one bean's reply kept at once. Small numbers that are equal are one object to Java, so forms do change. */
const MAX_SHAPES = 4;
/** A bean whose form changed this often is read as objects for good: its text changes, not its numbers only. */
const MAX_LEARNED = 24;

export class PolledBean<P> implements Call {
  readonly name: string;
  /** All that is worth asking for by its description; undefined: not described yet. */
  described: AttributeSet | undefined;
  /** What is asked for: less than that where the answers have shown that some are of no use. */
  asked: AttributeSet | undefined;
  /** When it is to be described again, by the poller's clock; beans may gain attributes while they live. */
  describeAt = 0;
  /** Times that its description was asked for in vain. */
  undescribed = 0;
  /** Attributes in its last reply that was read as objects; -1: none yet. */
  answered = -1;
  shapes: readonly Shape[] = [];
  plans: readonly P[] = [];
  round: BeanRound<P> | undefined;
  #learned = 0;
  /** Polls for which it stays off the common lane. */
  slow = 0;
  /** A call is under way that an earlier poll began. */
  busy = false;
  attempts = 0;

  constructor(name: string) {
    this.name = name;
  }

  get learn(): boolean {
    return this.#learned < MAX_LEARNED;
  }

  /** Keeps what a reply of this shape means; the newest form is compared first. */
  remember(shape: Shape, plan: P): void {
    this.#learned++;
    this.shapes = [shape, ...this.shapes].slice(0, MAX_SHAPES);
    this.plans = [plan, ...this.plans].slice(0, MAX_SHAPES);
  }

  /** Asks for other attributes from now on. */
  ask(attributes: AttributeSet): void {
    this.asked = attributes;
    this.answered = -1;
    this.forgetShapes();
  }

  forgetShapes(): void {
    this.shapes = [];
    this.plans = [];
    this.#learned = 0;
  }

  write(out: ObjectWriter): void {
    const { round, asked } = this;
    if (round !== undefined && asked !== undefined)
      round.requests.getAttributes(out, this.name, asked.argument);
  }

  fits(shape: Shape, numbers: Float64Array): void {
    this.busy = false;
    const plan = this.plans[this.shapes.indexOf(shape)];
    if (plan !== undefined) this.round?.numbers(this, plan, numbers);
  }

  value(value: JavaValue, _uid: Buffer, shape: Shape | undefined): void {
    this.busy = false;
    this.round?.value(this, value, shape);
  }

  exception(value: JavaValue): void {
    this.busy = false;
    this.round?.exception(this, value);
  }

  lost(error: Error, blamed: boolean): void {
    this.busy = false;
    this.round?.lost(this, error, blamed);
  }
}
