// A JMX session with one JVM: registry, RMIServer, RMIConnection. The session is an object in the target; TCP
// connections ("lanes") only carry calls to it, so that a lane may break and be replaced while the session goes on.
// Invariants: always dials the configured host, whatever a stub says its own name is. Never sends a DGC dirty call:
// the target keeps the session by itself, and one lease that is not renewed would end it (measured on JDK 8 to 26).

import { readObjectStream } from '../jser/object-stream.ts';
import type { JavaValue } from '../jser/java-value.ts';
import type { ObjectWriter } from '../jser/object-writer.ts';
import type { Shape } from '../jser/shape.ts';
import { type Call, type Endpoint, JrmpConnection } from '../jrmp/connection.ts';
import { type RemoteReference, remoteReference } from '../jrmp/remote-reference.ts';
import { RemoteError } from './remote-error.ts';
import { lookupRequest, newClientRequest, SessionRequests } from './requests.ts';

export type SessionOptions = {
  /** Dialled for registry and connector. */
  readonly host: string;
  /** Of the registry; with `stub`, unused. */
  readonly port: number;
  /** Dialled for the connector instead of the port in the stub, where ports are forwarded. */
  readonly connectorPort?: number;
  /** The name in the registry. */
  readonly bindingName?: string;
  /** A serialized RMIServer stub, as attach gives it, instead of a registry. */
  readonly stub?: Buffer;
  readonly credentials?: readonly [user: string, password: string] | undefined;
  /** Options of tls.connect, for a connector whose stub asks for TLS. */
  readonly tls?: import('node:tls').ConnectionOptions | undefined;
  /** Whether the registry speaks TLS, too. */
  readonly registryTls?: boolean;
  readonly connectTimeoutMs?: number;
  /** A call without any answer for this long is given up. */
  readonly callTimeoutMs?: number;
  /** A bean that keeps the others of its lane waiting for this long is slow, and they overtake it. */
  readonly stallMs?: number;
  /** A bean that kept them waiting for this long is asked apart from them in the next polls. */
  readonly slowMs?: number;
  readonly window?: number;
};

const SSL_FACTORY = 'javax.rmi.ssl.SslRMIClientSocketFactory';

export class JmxSession {
  readonly #options: SessionOptions;
  #server: { reference: RemoteReference; endpoint: Endpoint } | undefined;
  #connection: { endpoint: Endpoint; requests: SessionRequests } | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;
  readonly #lanes = new Map<string, JrmpConnection>();
  /** Grows when the target was looked up anew: then it may be another process. */
  generation = 0;
  onStall: ((lane: JrmpConnection) => void) | undefined;
  /** A call kept the others of its lane waiting. */
  onSlow: ((call: Call) => void) | undefined;
  /** All that were dialled and may still be open: lanes, those that were released, those of an `open` under way. */
  #connections: JrmpConnection[] = [];
  /** Grows when the session is forgotten, so that an `open` under way gives up. */
  #forgotten = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get callTimeoutMs(): number {
    return this.#options.callTimeoutMs ?? 10_000;
  }

  /** Only inside an open session. @throws Error when there is none. */
  get requests(): SessionRequests {
    if (this.#connection === undefined) throw new Error('no JMX session');
    return this.#connection.requests;
  }

  /** Sees to it that there is a session. @throws RemoteError (wrong password), Error (no connection, no JMX, closed). */
  open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the JMX session was closed'));
    if (this.#connection !== undefined) return Promise.resolve();
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** The lane of that name, dialled when it is not there. */
  async lane(name: string): Promise<JrmpConnection> {
    await this.open();
    const known = this.#lanes.get(name);
    if (known !== undefined && !known.ended) return known;
    if (this.#connection === undefined) throw new Error('no JMX session');
    const lane = await this.#dial(this.#connection.endpoint);
    this.#lanes.get(name)?.destroy();
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Takes this lane's name from it, so that the next `lane` dials anew; false when it was not the one of that name. */
  release(name: string, lane: JrmpConnection): boolean {
    return this.#lanes.get(name) === lane && this.#lanes.delete(name);
  }

  /** Ends the lane of that name when calls on it are not answered. */
  endStuck(name: string, why: string): void {
    const lane = this.#lanes.get(name);
    if (lane !== undefined && lane.pending > 0) lane.destroy(new Error(why));
  }

  /** Ends the lane of that name. */
  end(name: string): void {
    this.#lanes.get(name)?.destroy();
    this.#lanes.delete(name);
  }

  /** Ends the lanes whose names begin like that and that wait for nothing: each costs the target a thread. */
  retire(prefix: string): void {
    for (const [name, lane] of this.#lanes) if (name.startsWith(prefix) && lane.pending === 0) this.end(name);
  }

  /**
   * Forgets the session, as the target has; the next `open` makes a new one, from the cached stub where it works.
   * Whatever waits for an answer gets this error.
   */
  forget(why?: Error): void {
    this.#connection = undefined;
    this.#forgotten++;
    for (const connection of this.#connections.splice(0)) connection.destroy(why);
    this.#lanes.clear();
  }

  /**
   * One call, alone, with its answer. When the target has forgotten the session, once more in a new one.
   * @throws RemoteError what the target threw; Error when it cannot be reached.
   */
  async call(write: (out: ObjectWriter, requests: SessionRequests) => void): Promise<JavaValue> {
    try {
      return await this.#callOnce(write);
    } catch (error) {
      if (error instanceof RemoteError && !error.sessionGone) throw error;
      this.forget();
      return this.#callOnce(write);
    }
  }

  /** Ends the session in the target, and all lanes, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const lane = [...this.#lanes.values()].find((one) => !one.ended);
    if (this.#connection !== undefined && lane !== undefined) {
      const requests = this.requests;
      const closing = new SingleCall(
        (out) => requests.close(out),
        () => resolve(),
        () => resolve(),
      );
      closing.returnsNothing = true;
      lane.submit(closing);
      setTimeout(resolve, 1000).unref(); // it is courtesy: the target's own timer ends the session, too
      await promise;
    }
    this.forget();
  }

  async #callOnce(write: (out: ObjectWriter, requests: SessionRequests) => void): Promise<JavaValue> {
    const lane = await this.lane('control');
    const { requests } = this;
    return ask(lane, (out) => write(out, requests), this.callTimeoutMs);
  }

  async #open(): Promise<void> {
    const forgotten = this.#forgotten;
    if (this.#server !== undefined) {
      try {
        return await this.#newClient(this.#server);
      } catch (error) {
        if (error instanceof RemoteError && !error.sessionGone) throw error; // a wrong password stays wrong
        if (this.#forgotten !== forgotten) throw error;
        this.#server = undefined; // restarted: another port, another object
      }
    }
    const server = await this.#lookUp();
    if (this.#forgotten !== forgotten) throw new Error('the session was given up');
    this.#server = server;
    this.generation++;
    await this.#newClient(this.#server);
  }

  async #lookUp(): Promise<{ reference: RemoteReference; endpoint: Endpoint }> {
    const { stub, host, port, bindingName = 'jmxrmi', registryTls = false, tls } = this.#options;
    if (stub !== undefined) return this.#at(readObjectStream(stub));
    const registry = await this.#dial({ host, port, tls: registryTls ? (tls ?? {}) : undefined });
    try {
      const request = lookupRequest(bindingName);
      return this.#at(await ask(registry, (out) => out.raw(request), this.callTimeoutMs));
    } finally {
      registry.destroy();
    }
  }

  #at(stub: JavaValue): { reference: RemoteReference; endpoint: Endpoint } {
    const reference = remoteReference(stub);
    const secure = reference.socketFactory === SSL_FACTORY;
    const { host, connectorPort, tls } = this.#options;
    return {
      reference,
      endpoint: { host, port: connectorPort ?? reference.port, tls: secure ? (tls ?? {}) : undefined },
    };
  }

  async #newClient(server: { reference: RemoteReference; endpoint: Endpoint }): Promise<void> {
    const lane = await this.#dial(server.endpoint);
    try {
      const request = newClientRequest(server.reference.objectId, this.#options.credentials);
      const acknowledge = (uid: Buffer): void => lane.acknowledge(uid);
      const stub = await ask(lane, (out) => out.raw(request), this.callTimeoutMs, acknowledge);
      const { reference, endpoint } = this.#at(stub);
      if (lane.ended) throw new Error('the session was given up');
      this.#connection = { endpoint, requests: new SessionRequests(reference.objectId) };
      if (endpoint.port === server.endpoint.port) this.#lanes.set('main', lane);
      else lane.destroy();
    } catch (error) {
      lane.destroy();
      throw error;
    }
  }

  async #dial(endpoint: Endpoint): Promise<JrmpConnection> {
    const connection = await JrmpConnection.dial(endpoint, {
      window: this.#options.window ?? 1024,
      stallMs: this.#options.stallMs ?? 300,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 3000,
      slowMs: this.#options.slowMs ?? 100,
      onStall: (lane) => this.onStall?.(lane),
      onSlow: (call) => this.onSlow?.(call),
    });
    this.#connections = this.#connections.filter((one) => !one.ended);
    this.#connections.push(connection);
    return connection;
  }
}

/** A call whose answer is a promise: for the few that are made alone. */
class SingleCall implements Call {
  readonly shapes: readonly Shape[] = [];
  readonly learn = false;
  returnsNothing = false;
  readonly write: (out: ObjectWriter) => void;
  readonly #resolve: (value: JavaValue) => void;
  readonly #reject: (error: Error) => void;
  readonly #uid: ((uid: Buffer) => void) | undefined;

  constructor(
    write: (out: ObjectWriter) => void,
    resolve: (value: JavaValue) => void,
    reject: (error: Error) => void,
    uid?: (uid: Buffer) => void,
  ) {
    this.write = write;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#uid = uid;
  }

  fits(): void {
    this.#reject(new Error('no shape was expected'));
  }

  value(value: JavaValue, uid: Buffer): void {
    this.#uid?.(uid);
    this.#resolve(value);
  }

  exception(value: JavaValue): void {
    this.#reject(new RemoteError(value));
  }

  lost(error: Error): void {
    this.#reject(error);
  }
}

/** Makes one call on a lane. @throws RemoteError, or Error when the lane ends or no answer comes in time. */
export async function ask(
  lane: JrmpConnection,
  write: (out: ObjectWriter) => void,
  timeoutMs: number,
  uid?: (uid: Buffer) => void,
): Promise<JavaValue> {
  const { promise, resolve, reject } = Promise.withResolvers<JavaValue>();
  const timer = setTimeout(() => lane.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  lane.submit(new SingleCall(write, resolve, reject, uid));
  return promise.finally(() => clearTimeout(timer));
}
