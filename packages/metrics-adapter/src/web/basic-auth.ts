// HTTP basic authentication (RFC 7617) against bcrypt hashes. A check is costly on purpose, so answers are remembered by a
// digest of all three parts, and only one is computed at a time: whoever guesses slows down guessing, not receiving.
// Invariant: an unknown user takes as long as a wrong password.
import { createHash } from 'node:crypto';
import { passwordFits } from './bcrypt.ts';

const MAX_REMEMBERED = 100;
const MAX_WAITING = 16;
/** A hash of nothing that anyone types, at bcrypt's usual cost. */
const NOBODY = '$2b$10$abcdefghijklmnopqrstuuKlxr0JHIyzwTY4SCmUBAHJ8FV2Q3F6u';

export class BasicAuth {
  users: ReadonlyMap<string, string>;
  readonly #pause: () => Promise<void>;
  readonly #remembered = new Map<string, boolean>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `users`: name -> hash; none: everybody is let in. */
  constructor(users: ReadonlyMap<string, string>, pause: () => Promise<void>) {
    this.users = users;
    this.#pause = pause;
  }

  /** Whether the value of an Authorization header names a user with his password. */
  async admits(authorization: string | undefined): Promise<boolean> {
    if (this.users.size === 0) return true;
    const [, encoded] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (encoded === undefined) return false;
    const [, user = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    const hash = this.users.get(user);
    const key = createHash('sha256')
      .update(JSON.stringify([user, password, hash]))
      .digest('hex');
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#waiting >= MAX_WAITING) return false;
    return this.#check(key, password, hash);
  }

  async #check(key: string, password: string, hash: string | undefined): Promise<boolean> {
    this.#waiting++;
    const checked = this.#turn.then(() => passwordFits(password, hash ?? NOBODY, this.#pause));
    this.#turn = checked;
    try {
      const fits = (await checked) && hash !== undefined;
      if (this.#remembered.size >= MAX_REMEMBERED)
        this.#remembered.delete(this.#remembered.keys().next().value ?? '');
      this.#remembered.set(key, fits);
      return fits;
    } finally {
      this.#waiting--;
    }
  }
}
