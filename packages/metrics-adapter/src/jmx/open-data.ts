// Open data (javax.management.openmbean): records and tables that need no class of the application to be read.
// The views hold the stream's objects, so that boxes keep the slots by which a shape finds their numbers again.

import { JavaObject, type JavaValue } from '../jser/java-value.ts';
import { elementsOf, entriesOf } from './collections.ts';

/** The members of a CompositeData by name, sorted; undefined for what is none. */
export function compositeData(value: JavaValue): Map<string, JavaValue> | undefined {
  if (!(value instanceof JavaObject) || !value.desc.is('javax.management.openmbean.CompositeDataSupport'))
    return undefined;
  return new Map(
    entriesOf(value.field('contents')).flatMap(([key, member]) =>
      typeof key === 'string' ? [[key, member]] : [],
    ),
  );
}

/** What a CompositeData, or the rows of a TabularData, say of themselves; '' where that is nothing. */
export function openTypeDescription(value: JavaValue): string {
  if (!(value instanceof JavaObject)) return '';
  const table = value.field('tabularType');
  const type = table instanceof JavaObject ? table.field('rowType') : value.field('compositeType');
  const description = type instanceof JavaObject ? type.field('description') : undefined;
  return typeof description === 'string' ? description : '';
}

export type TabularData = {
  /** The columns that name a row. */
  readonly indexNames: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly Map<string, JavaValue>[];
};

/** undefined for what is no TabularData. */
export function tabularData(value: JavaValue): TabularData | undefined {
  if (!(value instanceof JavaObject) || !value.desc.is('javax.management.openmbean.TabularDataSupport'))
    return undefined;
  const type = value.field('tabularType');
  const indexNames = type instanceof JavaObject ? elementsOf(type.field('indexNames')) : []; // indexNamesArray is transient
  const rowType = type instanceof JavaObject ? type.field('rowType') : null;
  const columns =
    rowType instanceof JavaObject ? entriesOf(rowType.field('nameToType')).map(([name]) => name) : [];
  return {
    indexNames: indexNames.filter((name) => typeof name === 'string'),
    columns: columns.filter((name) => typeof name === 'string'),
    rows: entriesOf(value.field('dataMap')).flatMap(([, row]) => compositeData(row) ?? []),
  };
}
