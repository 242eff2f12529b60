// One bean as Jolokia is asked for it: up to one read of printed values, one of open data, and one for each date, and
// what their answers mean. For the poller.
// Invariant: an attribute is open data from the first time that it prints itself as such.

import type { AttributeInfo, AttributeValue } from '../jmx/mbean-info.ts';
import type { SeenBean } from '../jmx/poll-round.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { Answer } from './answers.ts';
import { isText, type JsonNode } from './json-reader.ts';
import type { JsonShape, SlotClaims } from './json-shape.ts';
import { dateValue, deepValue, flatValue, isFailure } from './json-values.ts';
import { type OpenType, openTypeOf } from './open-type.ts';

/** The class of a bean, and what is worth asking for by its description. */
export type Description = NonNullable<SeenBean<unknown>['asked']>;

type Read =
  | { readonly kind: 'flat' | 'open'; readonly attributes: readonly AttributeInfo[] }
  | { readonly kind: 'date'; readonly attributes: readonly [AttributeInfo] };

/** Forms of one bean's reply kept at once, and how many are learned before it is read as values for good. */
const MAX_SHAPES = 4;
const MAX_LEARNED = 24;
/** Of open data: records in tables in records; far beyond what the JDK nests. */
const OPEN_DEPTH = '12';
const OPEN_CLASS = /^javax\.management\.openmbean\.(?:Composite|Tabular)Data(?:Support)?$/;

export class JolokiaBean<P> implements SeenBean<P> {
  readonly name: string;
  /** undefined: not described yet. */
  asked: Description | undefined;
  shapes: readonly JsonShape[] = [];
  plans: readonly P[] = [];
  #learned = 0;
  #described: Description | undefined;
  /** When it is to be described again, by the poller's clock: beans may gain attributes while they live. */
  describeAt = 0;
  #answered = -1;
  #reads: readonly Read[] = [];
  #request = '';
  /** Open data by attribute; undefined: of a type that was never told. */
  readonly #open = new Map<string, OpenType | undefined>();
  /** In how large a company it is asked for: less and less when an answer was late. */
  company = Number.POSITIVE_INFINITY;
  /** Late alone, this many times in a row; and how many polls it is left out for. */
  late = 0;
  pause = 0;

  constructor(name: string) {
    this.name = name;
  }

  get learn(): boolean {
    return this.#learned < MAX_LEARNED;
  }

  /** Its requests in a bulk, without brackets. */
  get request(): string {
    return this.#request;
  }

  /** Answers to expect. */
  get answers(): number {
    return this.#reads.length;
  }

  /** What it says of itself, for the first time or anew; equal descriptions are one object, and change nothing. */
  describe(description: Description): void {
    if (description === this.#described) return;
    this.asked = this.#described = description;
    const { attributes } = description;
    for (const { name, type } of attributes)
      if (OPEN_CLASS.test(type) && !this.#open.has(name)) this.#open.set(name, undefined);
    this.#plan(true);
  }

  /** These are not asked for until it describes itself otherwise. */
  leaveOut(names: readonly string[]): void {
    const { className = '', attributes = [] } = this.asked ?? {};
    this.asked = { className, attributes: attributes.filter((one) => !names.includes(one.name)) };
    this.#plan(false);
  }

  remember(shape: JsonShape, plan: P): void {
    this.#learned++;
    this.shapes = [shape, ...this.shapes].slice(0, MAX_SHAPES);
    this.plans = [plan, ...this.plans].slice(0, MAX_SHAPES);
  }

  /** Requests for each attribute alone, to find the one that fails. */
  alone(): { readonly attribute: string; readonly request: string }[] {
    return this.#reads.flatMap((read) =>
      read.attributes.map((one) => ({
        attribute: one.name,
        request: this.#text({ ...read, attributes: [one] }),
      })),
    );
  }

  /**
   * The values of its answers. undefined: some printed themselves as open data, which nobody knew; they are to be
   * asked for again, as `request` now says.
   */
  values(answers: readonly Answer[], claims: SlotClaims): AttributeValue[] | undefined {
    const values: AttributeValue[] = [];
    let opened = false;
    for (const [i, read] of this.#reads.entries()) {
      const value = answers[i]?.get('value') ?? null;
      for (const { name, type } of read.attributes) {
        const node = read.kind === 'date' ? value : value instanceof Map ? value.get(name) : undefined;
        if (node === undefined || isFailure(node)) continue;
        opened = this.#opens(name, read, node) || opened;
        const made = this.#value(read, name, type, node, claims);
        if (made !== undefined) values.push({ name, value: made });
      }
    }
    if (opened) {
      this.#plan(false);
      return undefined;
    }
    if (this.#answered >= 0 && this.#answered !== values.length) this.describeAt = 0; // another bean of that name?
    this.#answered = values.length;
    return values;
  }

  #value(read: Read, name: string, type: string, node: JsonNode, claims: SlotClaims): JavaValue | undefined {
    if (read.kind === 'date') return dateValue(node, claims);
    if (read.kind === 'flat') return flatValue(type, node, claims);
    return deepValue(this.#open.get(name), node, claims);
  }

  /** Whether it is open data, and that is news. */
  #opens(name: string, { kind }: Read, node: JsonNode): boolean {
    if (kind !== 'flat' || !isText(node)) return false;
    const type = openTypeOf(node.text);
    if (type !== undefined) this.#open.set(name, type);
    return this.#untold.delete(name) || type !== undefined;
  }

  /** Declared as open data, of a type not told yet: read flat once, to be told. */
  readonly #untold = new Set<string>();

  #plan(first: boolean): void {
    const { attributes = [] } = this.asked ?? {};
    if (first) for (const [name, type] of this.#open) if (type === undefined) this.#untold.add(name);
    const kinds = Map.groupBy(attributes, ({ name, type }) => {
      if (this.#open.has(name) && !this.#untold.has(name)) return 'open' as const;
      return type === 'java.util.Date' ? ('date' as const) : ('flat' as const);
    });
    this.#reads = [
      ...(kinds.has('flat') ? [{ kind: 'flat' as const, attributes: kinds.get('flat') ?? [] }] : []),
      ...(kinds.has('open') ? [{ kind: 'open' as const, attributes: kinds.get('open') ?? [] }] : []),
      ...(kinds.get('date') ?? []).map((one) => ({ kind: 'date' as const, attributes: [one] as const })),
    ];
    this.#request = this.#reads.map((read) => this.#text(read)).join(',');
    this.shapes = [];
    this.plans = [];
    this.#learned = 0;
    this.#answered = -1;
  }

  #text({ kind, attributes }: Read): string {
    const names = attributes.map(({ name }) => name);
    return JSON.stringify({
      type: 'read',
      mbean: this.name,
      ...(kind === 'date' ? { attribute: names[0], path: 'time' } : { attribute: names }),
      ...(kind === 'open' && { config: { maxDepth: OPEN_DEPTH } }),
    });
  }
}
