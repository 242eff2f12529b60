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
};

/** @throws Error when the value is no MBeanInfo. */
export function mbeanInfo(value: JavaValue): MBeanInfo {
  if (!(value instanceof JavaObject) || !value.desc.is('javax.management.MBeanInfo'))
    throw new Error('not an MBeanInfo');
  const attributes = value.field('attributes');
  return {
    className: text(value.field('className')),
    description: text(value.field('description')),
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
