// A whole object stream that is at hand in one piece, such as a stub out of a connector address.

import type { JavaValue } from './java-value.ts';
import { ObjectReader } from './object-reader.ts';
import { StreamCorruptedError } from './stream-errors.ts';

/** The first object of the stream. @throws StreamCorruptedError, also when the stream ends inside it. */
export function readObjectStream(bytes: Buffer): JavaValue {
  const reader = new ObjectReader();
  reader.begin(bytes, 0, bytes.length);
  if (!reader.readHeader() || !reader.read())
    throw new StreamCorruptedError('the object stream ends too early');
  return reader.value;
}
