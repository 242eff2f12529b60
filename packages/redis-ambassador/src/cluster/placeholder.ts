// Holds the place of one reply in a client's order, for replies that no single connection gives: of commands that were
// redirected, split, or sent to all shards. Nothing is ever sent to it.
import type { Source } from '../upstream/source.ts';

export class Placeholder implements Source {
  readonly congested = false;
  send(): void {}
  whenFree(callback: () => void): void {
    callback();
  }
}
