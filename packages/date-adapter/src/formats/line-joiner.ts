// What stands between lines and a parser: somebody who puts lines together that belong together. Pure; waiting for
// the next line, and giving up, are the caller's.

/** Takes one whole record: bytes[start, end), of which the first line ends at `firstEnd`. Valid during the call only. */
export type RecordSink = (bytes: Uint8Array, start: number, firstEnd: number, end: number) => void;

export interface LineJoiner {
  /** Takes line[start, end), without its terminator, and delivers the records that are complete now. */
  push(line: Uint8Array, start: number, end: number): void;
  /** A record is begun that more lines may join. */
  readonly holds: boolean;
  /** Delivers what is held back: the input idles, or has ended. */
  flush(): void;
}
