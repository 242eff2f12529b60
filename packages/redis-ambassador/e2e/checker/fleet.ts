// Three real servers and what may happen to them. Each is reached by the ambassador through a relay (`front`) and follows its
// primary through another (`link`), so that connections can be cut and replication delayed; it keeps its port when restarted.
import { eventually } from '@podmate/testkit/eventually';
import { RedisServer } from '@podmate/testkit/redis-server';
import { Relay } from './relay.ts';

export class Member {
  server: RedisServer;
  readonly front: Relay;
  readonly link: Relay;

  private constructor(server: RedisServer, front: Relay, link: Relay) {
    this.server = server;
    this.front = front;
    this.link = link;
  }

  static async start(): Promise<Member> {
    const server = await RedisServer.start();
    return new Member(server, await Relay.start(server.port), await Relay.start(server.port));
  }

  /** Follows `primary` through the link, whose old connections end. */
  async follow(primary: Member): Promise<void> {
    this.link.target = primary.server.port;
    this.link.cut();
    await this.server.ask('REPLICAOF', '127.0.0.1', String(this.link.port));
  }

  /** Kills it and starts it anew, empty, at the same port. */
  async restart(asReplica: boolean): Promise<void> {
    const { port } = this.server;
    await this.server.stop();
    const args = asReplica ? ['--replicaof', `127.0.0.1 ${this.link.port}`] : [];
    this.server = await RedisServer.start({ port, args });
  }
}

export class Fleet implements AsyncDisposable {
  readonly members: readonly Member[];
  primary: Member;

  private constructor(members: readonly [Member, ...Member[]]) {
    this.members = members;
    this.primary = members[0];
  }

  static async start(): Promise<Fleet> {
    const fleet = new Fleet([await Member.start(), await Member.start(), await Member.start()]);
    await fleet.follow(fleet.primary);
    await fleet.untilInSync();
    return fleet;
  }

  get replicas(): Member[] {
    return this.members.filter((member) => member !== this.primary);
  }

  /** Where the ambassador finds them. */
  get addresses(): string[] {
    return this.members.map(({ front }) => `127.0.0.1:${front.port}`);
  }

  /** Every other server follows this one. */
  async follow(primary: Member): Promise<void> {
    this.primary = primary;
    await primary.server.ask('REPLICAOF', 'NO', 'ONE');
    for (const member of this.replicas) await member.follow(primary);
  }

  async untilInSync(): Promise<void> {
    for (const { server } of this.replicas) await server.untilInSync();
  }

  /** A planned change of the primary: writes pause until the next one has them all. */
  async handOver(next: Member): Promise<void> {
    const before = this.primary;
    await before.server.ask('CLIENT', 'PAUSE', '30000', 'WRITE');
    try {
      await eventually(async () => {
        const [theirs, ours] = [await offsetOf(before.server), await offsetOf(next.server)];
        if (theirs !== ours) throw new Error(`${next.server.address} has ${ours} of ${theirs}`);
      });
      await this.follow(next);
    } finally {
      await before.server.ask('CLIENT', 'UNPAUSE');
    }
  }

  /** Everything gone, all in sync again. */
  async reset(): Promise<void> {
    for (const { link } of this.members) link.delayMs = 0;
    await this.follow(this.primary);
    await this.untilInSync();
    await this.primary.server.ask('FLUSHALL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { server, front, link } of this.members) {
      await server.stop();
      await front[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    }
  }
}

async function offsetOf(server: RedisServer): Promise<string> {
  const info = await server.ask('INFO', 'replication');
  return /^(?:slave|master)_repl_offset:(\d+)/m.exec(info)?.[1] ?? 'none';
}
