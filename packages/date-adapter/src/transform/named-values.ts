// Lists of `name=value`, as settings write mappings: rename, add, type, grok patterns, zone abbreviations. Pure.
import type { FieldType } from '../formats/outputs/field-options.ts';
import type { FaultList } from './fault-list.ts';

/** @returns name -> value; a fault for each that has no `=` */
export function namedValues(
  items: readonly string[],
  setting: string,
  faults: FaultList,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const item of items) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(item) ?? [];
    if (name === undefined || value === undefined)
      faults.add({ setting, value: item, what: 'not NAME=VALUE' });
    else values[name] = value;
  }
  return values;
}

const TYPES: readonly FieldType[] = ['string', 'number', 'boolean', 'json'];

export function fieldTypes(
  items: readonly string[],
  setting: string,
  faults: FaultList,
): Record<string, FieldType> {
  const types: Record<string, FieldType> = {};
  for (const [name, text] of Object.entries(namedValues(items, setting, faults))) {
    const type = TYPES.find((known) => known === text);
    if (type === undefined)
      faults.add({ setting, value: `${name}=${text}`, what: `not one of ${TYPES.join(', ')}` });
    else types[name] = type;
  }
  return types;
}
