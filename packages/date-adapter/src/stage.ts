// A transform as the delivery drives it: at once on this thread, or on another one, which is waited for.
import type { ByteOutput } from './byte-output.ts';
import type { Ending, LineTransform, Piece } from './transform/line-transform.ts';

/** Where output goes. */
export interface Outlet {
  /** The buffer to fill now; another one after each flush. */
  readonly out: ByteOutput;
  /** Hands over what is in it, and waits until it is written. */
  flush(): Promise<void>;
}

export interface Stage {
  begin(outlet: Outlet): Promise<void> | void;
  push(piece: Piece, outlet: Outlet, round: number): Promise<void> | void;
  idle(outlet: Outlet, upTo: number): Promise<void> | void;
  end(outlet: Outlet): Promise<void> | void;
  /** Loops that it is in are left as by `exit`. */
  interrupt(): void;
  /** The deadline has come: whatever it does, it stops. */
  terminate(): void;
  /** Which of the calls it is at, counted from the first; undefined between two, and at the last. */
  readonly call: number | undefined;
  readonly heldSince: number;
  readonly ending: Ending | undefined;
}

export class InlineStage implements Stage {
  readonly call = undefined;
  readonly #transform: LineTransform;

  constructor(transform: LineTransform) {
    this.#transform = transform;
  }

  get heldSince(): number {
    return this.#transform.heldSince;
  }

  get ending(): Ending | undefined {
    return this.#transform.ending;
  }

  begin({ out }: Outlet): void {
    this.#transform.begin(out);
  }

  push(piece: Piece, { out }: Outlet, round: number): void {
    this.#transform.push(piece, out, round);
  }

  idle({ out }: Outlet, upTo: number): void {
    this.#transform.idle(out, upTo);
  }

  end({ out }: Outlet): void {
    this.#transform.end(out);
  }

  interrupt(): void {}

  terminate(): void {}
}
