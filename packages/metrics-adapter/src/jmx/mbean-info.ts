// What a bean says of itself, and the names and attributes of replies: the objects of javax.management as plain data.

import { JavaArray, JavaObject, type JavaValue } from '../jser/java-value.ts';
import { elementsOf } from './collections.ts';

export type AttributeInfo = {
  readonly name: string;
  /** The Java type as the bean declares it: `long`, `java.lang.String`, `[J`; some beans leave it empty. */
  readonly type: string;
  readonly description: string;
  readonly readable: boolean;
};

export type MBeanInfo = {
  readonly className: string;
  readonly description: string;
  readonly attributes: readonly AttributeInfo[];
  /** The bean promises to have the same description as long as it lives (its descriptor's immutableInfo). */
  readonly immutable: boolean;
};

/** @throws Error when the value is no MBeanInfo. */
export function mbeanInfo(value: JavaValue): MBeanInfo {
  if (!(value instanceof JavaObject) || !value.desc.is('javax.management.MBeanInfo'))
    throw new Error('not an MBeanInfo');
  const attributes = value.field('attributes');
  return {
    className: text(value.field('className')),
    description: text(value.field('description')),
    immutable: descriptorField(value, 'immutableInfo') === 'true',
    attributes: (attributes instanceof JavaArray ? attributes.values : []).flatMap((one) => {
      if (!(one instanceof JavaObject)) return [];
      const readable = one.field('isRead') === true;
      return [
        {
          name: text(one.field('name')),
          type: text(one.field('attributeType')),
          description: text(one.field('description')),
          readable,
        },
      ];
    }),
  };
}

/** A field of the bean's descriptor, which MBeanInfo.writeObject writes as two arrays: the names, the values. */
function descriptorField(info: JavaObject, name: string): string {
  const [, names, values] = info.annotation('javax.management.MBeanInfo');
  const index = names instanceof JavaArray ? names.values.indexOf(name) : -1;
  return values instanceof JavaArray ? text(values.values[index]) : '';
}

/** The names of a queryNames reply, in the form the beans were registered with. */
export function objectNames(set: JavaValue): string[] {
  return elementsOf(set).flatMap((name) => {
    const [canonical] = name instanceof JavaObject ? name.annotation() : [];
    return typeof canonical === 'string' ? [canonical] : [];
  });
}

export type AttributeValue = { readonly name: string; readonly value: JavaValue };

/** The attributes of a getAttributes reply; those whose getter failed are not among them. */
export function attributeValues(list: JavaValue): AttributeValue[] {
  return elementsOf(list).flatMap((one) => {
    if (!(one instanceof JavaObject)) return [];
    const name = one.field('name');
    return typeof name === 'string' ? [{ name, value: one.field('value') ?? null }] : [];
  });
}

const text = (value: JavaValue | undefined): string => (typeof value === 'string' ? value : '');
