// What can be wrong with an object stream, told apart because the remedies differ: corrupted or too large streams end
// the connection, an aborted one ends it too but names the value that cannot be had, which is then not asked for again.

import type { JavaValue } from './java-value.ts';

/** The bytes are no object stream, or not one we can find the end of. */
export class StreamCorruptedError extends Error {
  override readonly name: string = 'StreamCorruptedError';
}

/** The stream asks for more than the reader's limits allow. */
export class StreamLimitError extends StreamCorruptedError {
  override readonly name = 'StreamLimitError';
}

/** An Externalizable class whose layout is not known: its data has no length, so nothing after it can be found. */
export class UnskippableClassError extends StreamCorruptedError {
  override readonly name = 'UnskippableClassError';
  readonly className: string;

  constructor(className: string) {
    super(`${className} is Externalizable: its data has no framing, so its end cannot be found`);
    this.className = className;
  }
}

/** The sender met an exception while it wrote (TC_EXCEPTION), mostly java.io.NotSerializableException. */
export class WriteAbortedError extends Error {
  override readonly name = 'WriteAbortedError';
  readonly exception: JavaValue;

  constructor(exception: JavaValue, what: string) {
    super(`the sender could not write the value: ${what}`);
    this.exception = exception;
  }
}
