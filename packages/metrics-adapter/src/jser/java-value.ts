// What a Java object stream turns into: plain data. No class is loaded and no code of the sender runs, so that there
// is nothing for a hostile stream to reach. For whoever reads values out of replies.
// Invariant: an object that the stream refers to twice is one JavaObject; cycles are possible.

import type { JavaTime } from './java-time.ts';
import { SC_SERIALIZABLE } from './stream-constants.ts';

/** A `long` beyond 2^53 is a bigint, every other number a number; `char` is a string of one UTF-16 unit. */
export type JavaValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JavaObject
  | JavaArray
  | JavaEnum
  | JavaClass
  | JavaTime
  | Buffer
  | ClassDesc;

/** One field of a class as the stream declares it; `code` is the first letter of the JVM's type descriptor. */
export type FieldDesc = { readonly code: string; readonly name: string; readonly type: string };

const PRIMITIVE_WIDTH: Readonly<Record<string, number>> = { B: 1, C: 2, D: 8, F: 4, I: 4, J: 8, S: 2, Z: 1 };

/** Bytes of a primitive type of this code; 0 for references. */
export const widthOf = (code: string): number => PRIMITIVE_WIDTH[code] ?? 0;

/** A class as described by the stream, with its superclasses; a dynamic proxy has interfaces instead of fields. */
export class ClassDesc {
  readonly name: string;
  readonly suid: bigint;
  readonly flags: number;
  readonly fields: FieldDesc[] = [];
  /** Of a dynamic proxy. */
  readonly interfaces: readonly string[];
  superDesc: ClassDesc | null = null;
  /** From the topmost superclass down to this one: the order in which the stream holds their data. */
  chain: readonly ClassDesc[] = [];
  primitiveFields: readonly FieldDesc[] = [];
  primitiveBytes = 0;
  objectFieldCount = 0;
  /** The code of the one primitive that an object of this class boxes (java.lang.Long: J), or ''. */
  boxes = '';
  complete = false;
  #index: Map<string, number> | undefined;

  constructor(name: string, suid: bigint, flags: number, interfaces: readonly string[] = []) {
    this.name = name;
    this.suid = suid;
    this.flags = flags;
    this.interfaces = interfaces;
  }

  /** Called once, when the stream has described the class and its superclasses whole. */
  finish(superDesc: ClassDesc | null): void {
    this.superDesc = superDesc;
    this.chain = superDesc === null ? [this] : [...superDesc.chain, this];
    this.primitiveFields = this.fields.filter((field) => widthOf(field.code) > 0);
    this.primitiveBytes = this.primitiveFields.reduce((sum, field) => sum + widthOf(field.code), 0);
    this.objectFieldCount = this.fields.length - this.primitiveFields.length;
    this.boxes = boxedCode(this);
    this.complete = true;
  }

  /** Whether this is the class of that name or extends it. */
  is(name: string): boolean {
    return this.chain.some((desc) => desc.name === name);
  }

  /** Where a field is in JavaObject.fields; the most derived one where several classes have the name. */
  indexOf(field: string): number {
    this.#index ??= this.#fieldIndex();
    return this.#index.get(field) ?? -1;
  }

  #fieldIndex(): Map<string, number> {
    const written = this.chain.filter((desc) => (desc.flags & SC_SERIALIZABLE) !== 0);
    return new Map(written.flatMap((desc) => desc.fields).map((field, index) => [field.name, index]));
  }
}

const BOXES = new Set([
  ...['Long', 'Integer', 'Short', 'Byte', 'Double', 'Float', 'Boolean', 'Character'].map(
    (n) => `java.lang.${n}`,
  ),
  'java.util.concurrent.atomic.AtomicLong',
  'java.util.concurrent.atomic.AtomicInteger',
]);

/** Boxes have one field `value` and nothing else; anything that only claims the name is an object like others. */
function boxedCode(desc: ClassDesc): string {
  const [field] = desc.fields;
  const plain = desc.chain.every(
    (one) => one.flags === SC_SERIALIZABLE && (one === desc || one.fields.length === 0),
  );
  const alone = field !== undefined && desc.fields.length === 1 && field.name === 'value';
  return plain && alone && widthOf(field.code) > 0 && BOXES.has(desc.name) ? field.code : '';
}

/** What a class's writeObject wrote beyond (or instead of) its fields: objects, and raw bytes as Buffers. */
export type Annotation = { readonly desc: ClassDesc; readonly contents: readonly JavaValue[] };

export class JavaObject {
  readonly desc: ClassDesc;
  /** The serialized fields, superclasses first, in the stream's order; `field` finds one by name. */
  readonly fields: JavaValue[] = [];
  annotations: Annotation[] | undefined;
  /** Index of the slot (see shape.ts) that holds this box's value; -1 for what has none. */
  slot = -1;

  constructor(desc: ClassDesc) {
    this.desc = desc;
  }

  /** The value of a field, or undefined when the class has none of this name. */
  field(name: string): JavaValue | undefined {
    const index = this.desc.indexOf(name);
    return index < 0 ? undefined : this.fields[index];
  }

  /** What the writeObject of this class, or of any when no name is given, wrote. */
  annotation(className?: string): readonly JavaValue[] {
    const all = this.annotations ?? [];
    return (
      (className === undefined ? all[0] : all.find((one) => one.desc.name === className))?.contents ?? []
    );
  }
}

export class JavaArray {
  readonly desc: ClassDesc;
  readonly values: JavaValue[] = [];

  constructor(desc: ClassDesc) {
    this.desc = desc;
  }
}

export class JavaEnum {
  readonly desc: ClassDesc;
  constant = '';

  constructor(desc: ClassDesc) {
    this.desc = desc;
  }
}

/** A java.lang.Class. */
export class JavaClass {
  readonly desc: ClassDesc;

  constructor(desc: ClassDesc) {
    this.desc = desc;
  }
}
