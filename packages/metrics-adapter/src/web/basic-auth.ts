// HTTP basic authentication (RFC 7617) against hashes of passwords. A check is costly on purpose, so answers are remembered by a
// digest of all three parts, and only one is computed at a time: whoever guesses slows down guessing, not receiving.
// Invariant: an unknown user takes as long as a wrong password.
import { createHash } from 'node:crypto';
import { type PasswordHash, passwordFits } from './password-hash.ts';

const MAX_REMEMBERED = 100;
const MAX_WAITING = 16;

export class BasicAuth {
  users: ReadonlyMap<string, PasswordHash>;
  readonly #pause: () => Promise<void>;
  readonly #remembered = new Map<string, boolean>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `users`: name -> hash; none: everybody is let in. */
  constructor(users: ReadonlyMap<string, PasswordHash>, pause: () => Promise<void>) {
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

  async #check(key: string, password: string, hash: PasswordHash | undefined): Promise<boolean> {
    this.#waiting++;
    const [somebody] = this.users.values(); // an unknown user costs what a known one does
    const against = hash ?? somebody;
    const checked = this.#turn.then(() => against && passwordFits(password, against, this.#pause));
    this.#turn = checked;
    try {
      const fits = (await checked) === true && hash !== undefined;
      if (this.#remembered.size >= MAX_REMEMBERED)
        this.#remembered.delete(this.#remembered.keys().next().value ?? '');
      this.#remembered.set(key, fits);
      return fits;
    } finally {
      this.#waiting--;
    }
  }
}
