// MySQL and MariaDB before the tunnel. The server speaks first: its greeting goes to the client without the word of TLS
// in it; the client's answer goes to the server over TLS, behind a request for it that takes a sequence number. So both
// sides count differently until the server says OK, which is when each command begins to count anew.
import type { Greeted } from '../endpoint.ts';
import type { Receiver, Wire } from '../wire.ts';
import {
  AUTH_MORE_DATA,
  AUTH_SWITCH,
  ERROR,
  errorPacket,
  OK,
  packetOf,
  Packets,
  payloadOf,
  readAuthSwitch,
  readClient,
  readGreeting,
  renumbered,
  responseOverTls,
  sequenceOf,
  sslRequest,
} from './mysql-handshake.ts';
import { FULL_AUTHENTICATION, KEY_REQUEST, passwordKey, type PasswordKey } from './mysql-password.ts';
import { Opening } from './opening.ts';

const CACHING_SHA2 = 'caching_sha2_password';

export class MysqlOpening extends Opening {
  readonly #fromClient = new Packets();
  readonly #fromServer = new Packets();
  #near: Wire | undefined;
  #far: Wire | undefined;
  #greeted: Greeted | undefined;
  /** What the server's numbers are ahead of the client's. */
  #ahead = 1;
  #sequence = 0;
  #plugin = '';
  #nonce: Buffer = Buffer.alloc(0);
  /** The server waits for the password as it is. */
  #wantsPassword = false;
  #key: PasswordKey | undefined;

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.#read(this.#fromClient, bytes, start, end, 'not-mysql', (packet) => this.#onClient(packet));
  }

  protected begin(near: Wire): void {
    this.#near = near;
    this.dial();
  }

  protected reached(near: Wire, far: Wire, greeted: Greeted | undefined): void {
    if (greeted === undefined) return this.fail('upstream-closed');
    this.#far = far;
    this.#greeted = greeted;
    const answers: Receiver = {
      onBytes: (bytes, start, end) =>
        this.#read(this.#fromServer, bytes, start, end, 'bad-answer', (packet) => this.#onServer(packet)),
      onEnd: () => this.fail('upstream-closed'),
      onWritable: () => {},
      onClose: (error) => this.fail('upstream-closed', error),
    };
    far.receiver = answers;
    const greeting = readGreeting(greeted.packet);
    if (greeting === undefined) return this.#passRefusal(near, greeted.packet);
    if (!greeting.offersTls) return this.fail('tls-refused', new Error('the server does not offer TLS'));
    this.#plugin = greeting.plugin;
    this.#nonce = greeting.nonce;
    this.allow(this.host.clientMs, 'client-timeout');
    near.send(greeting.forClient, 0, greeting.forClient.length);
    near.resume();
  }

  protected override refuse(near: Wire, text: string): void {
    this.#passRefusal(near, errorPacket(this.#sequence, text));
  }

  /** Says no in these words, of the server or ours. */
  #passRefusal(near: Wire, packet: Buffer): void {
    near.send(packet, 0, packet.length);
    near.end();
    near.destroySoon();
  }

  #read(
    packets: Packets,
    bytes: Buffer,
    start: number,
    end: number,
    fault: string,
    onPacket: (packet: Buffer) => void,
  ): void {
    packets.feed(bytes.subarray(start, end));
    try {
      for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
        onPacket(packet);
        if (this.isOver) return;
      }
    } catch (error) {
      this.fail(fault, error instanceof Error ? error : undefined);
    }
  }

  #onClient(packet: Buffer): void {
    if (this.#greeted === undefined) return this.fail('not-mysql', new Error('the client spoke first'));
    const isFirst = this.#sequence === 0;
    this.#sequence = sequenceOf(packet) + 1;
    if (isFirst) return this.#onResponse(packet);
    if (this.#key !== undefined) return this.#onEncrypted(packet, this.#key);
    const payload = payloadOf(packet);
    if (this.#wantsPassword && payload.length === 1 && payload[0] === KEY_REQUEST) return this.#sendKey();
    return this.#toServer(renumbered(packet, sequenceOf(packet) + this.#ahead));
  }

  /** The client says who it is; that is what goes over TLS first. */
  #onResponse(packet: Buffer): void {
    const [near, far] = [this.#near, this.#far];
    const kind = readClient(packet);
    if (kind === 'too-old') return this.fail('not-mysql', new Error('a client older than MySQL 4.1'));
    if (kind === 'wants-tls')
      return this.fail('client-tls', new Error('there is no TLS between client and ambassador'));
    near?.pause();
    this.allow(this.upstream.plan.connectMs, 'connect-timeout');
    this.#greeted?.secure(sslRequest(packet), () => {
      this.allow(this.upstream.plan.firstByteMs, 'first-byte-timeout');
      this.#toServer(responseOverTls(packet));
      far?.resume();
      near?.resume();
    });
  }

  #onServer(packet: Buffer): void {
    const payload = payloadOf(packet);
    const [type, detail] = payload;
    if (type === AUTH_SWITCH) ({ plugin: this.#plugin, nonce: this.#nonce } = readAuthSwitch(packet));
    this.#wantsPassword =
      type === AUTH_MORE_DATA && detail === FULL_AUTHENTICATION && this.#plugin === CACHING_SHA2;
    this.#sequence = sequenceOf(packet) - this.#ahead + 1;
    const sent = renumbered(packet, sequenceOf(packet) - this.#ahead);
    this.#near?.send(sent, 0, sent.length);
    if (type !== OK && type !== ERROR) return;
    for (const [from, to] of [
      [this.#fromServer, this.#near] as const,
      [this.#fromClient, this.#far] as const,
    ]) {
      const rest = from.rest();
      if (rest.length > 0) to?.send(rest, 0, rest.length);
    }
    this.join();
  }

  #sendKey(): void {
    this.#near?.pause();
    const made = (key: PasswordKey): void => {
      if (this.isOver) return;
      this.#key = key;
      const packet = packetOf(this.#sequence & 0xff, Buffer.from([AUTH_MORE_DATA]), key.publicKey);
      this.#near?.send(packet, 0, packet.length);
      this.#near?.resume();
    };
    passwordKey().then(made, (error: unknown) =>
      this.fail('no-key', error instanceof Error ? error : undefined),
    );
  }

  /** The password, which the server takes as it is; two packets less than the client has counted. */
  #onEncrypted(packet: Buffer, key: PasswordKey): void {
    const password = key.decrypt(payloadOf(packet), this.#nonce);
    this.#ahead -= 2;
    this.#key = undefined;
    this.#toServer(packetOf((sequenceOf(packet) + this.#ahead) & 0xff, password));
  }

  #toServer(packet: Buffer): void {
    this.#far?.send(packet, 0, packet.length);
  }
}
