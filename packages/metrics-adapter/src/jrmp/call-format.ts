// The bytes of JRMP from client to server: the hello, the head of a call, the acknowledgement of a stub.
// Numbers: java.rmi, sun/rmi/transport/TransportConstants.java.

import type { ObjectWriter } from '../jser/object-writer.ts';
import { OBJECT_ID_BYTES } from './remote-reference.ts';

const CALL = 0x50;
const DGC_ACK = 0x54;
/** "JRMI", version 2, the stream protocol; then, as after the server's answer, our host (unused there) and port. */
export const HELLO = Buffer.from('4a524d4900024b000000000000', 'hex');
/** Calls name methods by hash when the operation is -1; only the registry still numbers its operations. */
const BY_HASH = -1;

/** One remote method of one object; `headOf` makes its calls' common beginning. */
export function callHead(objectId: Buffer, hash: bigint, operation = BY_HASH): Buffer {
  const head = Buffer.alloc(7 + OBJECT_ID_BYTES + 12);
  head.set([CALL, 0xac, 0xed, 0x00, 0x05, 0x77, OBJECT_ID_BYTES + 12]);
  objectId.copy(head, 7);
  head.writeInt32BE(operation, 7 + OBJECT_ID_BYTES);
  head.writeBigInt64BE(hash, 7 + OBJECT_ID_BYTES + 4);
  return head;
}

/** Tells the server that a stub arrived, so that it need not keep the object for the five minutes of its ackTimeout. */
export function dgcAck(uid: Buffer): Buffer {
  return Buffer.concat([Buffer.of(DGC_ACK), uid]);
}

/** Anything that can append its bytes to the calls on their way out. */
export type WritesCall = { write(out: ObjectWriter): void };
