// A remote object as stubs carry it: where it listens and which of that listener's objects it is.
// Layouts: java.rmi, sun/rmi/transport/LiveRef.java and tcp/TCPEndpoint.java; sun/rmi/server/UnicastRef(2).java.

import { JavaObject, type JavaValue } from '../jser/java-value.ts';
import { decodeModifiedUtf } from '../jser/modified-utf.ts';

export type RemoteReference = {
  /** What the target believes its own name to be; often wrong behind NAT, and not where we dial. */
  readonly host: string;
  readonly port: number;
  /** The 22 bytes that name the object at its endpoint. */
  readonly objectId: Buffer;
  /** The class of the client socket factory, or ''. */
  readonly socketFactory: string;
};

export const OBJECT_ID_BYTES = 22;

/** The well-known id of the registry: all zero (java.rmi.server.ObjID.REGISTRY_ID). */
export const REGISTRY_ID = Buffer.alloc(OBJECT_ID_BYTES);

/**
 * Reads the reference out of a stub: a generated class (JDK 11 on), or a dynamic proxy whose handler holds it (JDK 8).
 * @throws Error when the value is no stub or has a kind of reference we do not know.
 */
export function remoteReference(stub: JavaValue): RemoteReference {
  if (!(stub instanceof JavaObject)) throw new Error('not a remote object');
  const handler = stub.field('h'); // java.lang.reflect.Proxy
  const remote = handler instanceof JavaObject ? handler : stub;
  const contents = remote.annotation('java.rmi.server.RemoteObject');
  const body = contents.filter((part) => Buffer.isBuffer(part));
  const factory = contents.find((part) => part instanceof JavaObject);
  if (body.length === 0) throw new Error(`${stub.desc.name} is not a remote object`);
  return parse(Buffer.concat(body), factory instanceof JavaObject ? factory.desc.name : '');
}

function parse(bytes: Buffer, socketFactory: string): RemoteReference {
  const [kind, afterKind] = utf(bytes, 0);
  if (kind !== 'UnicastRef' && kind !== 'UnicastRef2')
    throw new Error(`a reference of kind ${kind || 'null'}`);
  const [host, afterHost] = utf(bytes, kind === 'UnicastRef2' ? afterKind + 1 : afterKind);
  if (afterHost + 4 + OBJECT_ID_BYTES > bytes.length) throw new Error('a remote reference ends too early');
  const port = bytes.readInt32BE(afterHost);
  return {
    host,
    port,
    objectId: bytes.subarray(afterHost + 4, afterHost + 4 + OBJECT_ID_BYTES),
    socketFactory,
  };
}

function utf(bytes: Buffer, at: number): [text: string, end: number] {
  if (at + 2 > bytes.length) throw new Error('a remote reference ends too early');
  const end = at + 2 + bytes.readUInt16BE(at);
  if (end > bytes.length) throw new Error('a remote reference ends too early');
  return [decodeModifiedUtf(bytes, at + 2, end), end];
}
