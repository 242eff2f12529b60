// What a lookup gives, whoever asked: addresses with their rank and how long that holds; or that there is none. Pure.

export type Found = {
  readonly host: string;
  readonly port: number;
  /** Of an SRV record: the lowest number is used while it can be (RFC 2782). */
  readonly priority: number;
  /** Of an SRV record: its share of the load among those of the same priority. */
  readonly weight: number;
};

export type Answer = {
  readonly found: readonly Found[];
  /** Infinity where nothing says. */
  readonly ttlMs: number;
};

/** The name servers say that there is nothing of this name, which is an answer and not a failure. */
export class NoSuchName extends Error {
  constructor(name: string) {
    super(`${name} has no address`);
    this.name = 'NoSuchName';
  }
}
