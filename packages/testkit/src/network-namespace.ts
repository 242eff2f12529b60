// A network namespace with a cable to ours that can be cut: packets are lost, connections stay open, nobody is told. For
// tests of what silence does. Needs root and CAP_SYS_ADMIN; a test skips itself by name with the reason where they lack.

import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { findCommand } from './debian.ts';

export class NetworkNamespace implements Disposable {
  readonly name: string;
  /** Our end's address, and that of the other end. */
  readonly here: string;
  readonly there: string;

  private constructor(id: number) {
    this.name = `podmate-${id}`;
    const network = `10.${200 + (id >> 16)}.${(id >> 8) & 255}`;
    this.here = `${network}.${(id & 252) + 1}`;
    this.there = `${network}.${(id & 252) + 2}`;
  }

  /** Why there can be none here; undefined: there can. */
  static refusal(): string | undefined {
    try {
      NetworkNamespace.create()[Symbol.dispose]();
      return undefined;
    } catch (error) {
      return `no network namespaces here: ${String(error)}`;
    }
  }

  /** @throws where the machine or its rights do not allow it */
  static create(): NetworkNamespace {
    const made = new NetworkNamespace(randomInt(1 << 20));
    const { name, here, there } = made;
    try {
      ip('netns', 'add', name);
      ip('link', 'add', made.#device, 'type', 'veth', 'peer', 'name', 'cable', 'netns', name);
      ip('addr', 'add', `${here}/30`, 'dev', made.#device);
      ip('link', 'set', made.#device, 'up');
      ip('-n', name, 'addr', 'add', `${there}/30`, 'dev', 'cable');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      made.mend();
    } catch (error) {
      made[Symbol.dispose]();
      throw error;
    }
    return made;
  }

  cut(): void {
    ip('-n', this.name, 'link', 'set', 'cable', 'down');
  }

  mend(): void {
    ip('-n', this.name, 'link', 'set', 'cable', 'up');
  }

  /** The other end of the cable goes with the namespace. */
  [Symbol.dispose](): void {
    try {
      ip('netns', 'del', this.name);
    } catch {
      // it was never made
    }
  }

  /** A device's name has at most 15 characters. */
  get #device(): string {
    return this.name.replace('podmate', 'pm');
  }
}

function ip(...args: readonly string[]): void {
  execFileSync(findCommand('ip') ?? 'ip', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
