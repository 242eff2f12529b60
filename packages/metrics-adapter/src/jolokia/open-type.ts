// The types of open data, read from the text that Java prints of a value: JSON has no types, but Jolokia prints what
// is deeper than maxDepth with toString, and a CompositeData prints its type first. Pure; for json-values.ts.
// With it a table is told from a record and a long from a double, as an RMI client tells them.

export type OpenType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'array' }
  | CompositeType
  | { readonly kind: 'table'; readonly index: readonly string[]; readonly row: CompositeType };

export type CompositeType = { readonly kind: 'composite'; readonly items: ReadonlyMap<string, OpenType> };

const PACKAGE = 'javax.management.openmbean.';
const VALUE =
  /^javax\.management\.openmbean\.(?:CompositeDataSupport\(compositeType|TabularDataSupport\(tabularType)=/;
/** Types in types; beyond this a text is nonsense. */
const MAX_DEPTH = 32;

/** The type of the open data that printed this; undefined for what is no such text. */
export function openTypeOf(printed: string): OpenType | undefined {
  const [head] = VALUE.exec(printed) ?? [];
  if (head === undefined) return undefined;
  try {
    return new TypeText(printed, head.length).type(0);
  } catch (error) {
    if (error === unreadable) return undefined;
    throw error;
  }
}

const unreadable = Symbol('not the text of an open type');

/** A text as OpenType.toString makes it: `CompositeType(name=X,items=((itemName=a,itemType=T),(itemName=b,...)))`. */
class TypeText {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  type(depth: number): OpenType {
    if (depth > MAX_DEPTH) throw unreadable;
    if (this.#passIf(`${PACKAGE}SimpleType(name=`)) return { kind: 'simple', name: this.#until(')') };
    if (this.#passIf(`${PACKAGE}CompositeType(name=`)) return this.#composite(depth);
    if (this.#passIf(`${PACKAGE}TabularType(name=`)) return this.#table(depth);
    if (!this.#passIf(`${PACKAGE}ArrayType(name=`)) throw unreadable;
    this.#until(',elementType=');
    this.type(depth + 1);
    this.#until(')');
    return { kind: 'array' };
  }

  #composite(depth: number): CompositeType {
    this.#until(',items=(');
    const items = new Map<string, OpenType>();
    do {
      this.#pass('(itemName=');
      const name = this.#until(',itemType=');
      items.set(name, this.type(depth + 1));
      this.#pass(')');
    } while (this.#passIf(','));
    this.#pass('))');
    return { kind: 'composite', items };
  }

  #table(depth: number): OpenType {
    this.#until(',rowType=');
    const row = this.type(depth + 1);
    this.#pass(',indexNames=(');
    const index = this.#until('))').split(',');
    if (row.kind !== 'composite') throw unreadable;
    return { kind: 'table', index, row };
  }

  #until(mark: string): string {
    const end = this.#text.indexOf(mark, this.#at);
    if (end < 0) throw unreadable;
    const between = this.#text.slice(this.#at, end);
    this.#at = end + mark.length;
    return between;
  }

  #passIf(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }

  #pass(mark: string): void {
    if (!this.#passIf(mark)) throw unreadable;
  }
}
