// The calls of RMIServer, RMIConnection and the registry that a reader of metrics makes, as bytes. Hot: one request is
// copied together for each bean and scrape. Signatures: java.management.rmi, RMIServer.java and RMIConnection.java.
// Read-only on purpose: there is no invoke and no setAttribute here.

import { callHead } from '../jrmp/call-format.ts';
import { methodHash } from '../jrmp/method-hash.ts';
import { REGISTRY_ID } from '../jrmp/remote-reference.ts';
import { ObjectWriter } from '../jser/object-writer.ts';
import {
  SC_SERIALIZABLE,
  SC_WRITE_METHOD,
  TC_ARRAY,
  TC_ENDBLOCKDATA,
  TC_OBJECT,
} from '../jser/stream-constants.ts';

const SUBJECT = 'Ljavax/security/auth/Subject;';
const NAME = 'Ljavax/management/ObjectName;';

/** The methods of RMIConnection that are called, by name. */
export const METHODS = {
  close: methodHash('close()V'),
  getDefaultDomain: methodHash(`getDefaultDomain(${SUBJECT})Ljava/lang/String;`),
  getMBeanCount: methodHash(`getMBeanCount(${SUBJECT})Ljava/lang/Integer;`),
  queryNames: methodHash(`queryNames(${NAME}Ljava/rmi/MarshalledObject;${SUBJECT})Ljava/util/Set;`),
  isRegistered: methodHash(`isRegistered(${NAME}${SUBJECT})Z`),
  getMBeanInfo: methodHash(`getMBeanInfo(${NAME}${SUBJECT})Ljavax/management/MBeanInfo;`),
  getAttribute: methodHash(`getAttribute(${NAME}Ljava/lang/String;${SUBJECT})Ljava/lang/Object;`),
  getAttributes: methodHash(
    `getAttributes(${NAME}[Ljava/lang/String;${SUBJECT})Ljavax/management/AttributeList;`,
  ),
} as const;

const NEW_CLIENT = methodHash('newClient(Ljava/lang/Object;)Ljavax/management/remote/rmi/RMIConnection;');

/** RegistryImpl_Stub: the interface's hash and the number of `lookup` among its operations. */
const REGISTRY_INTERFACE = 4905912898345647071n;
const REGISTRY_LOOKUP = 2;

const OBJECT_NAME_SUID = 1081892073854801359n;
const STRING_ARRAY_SUID = -5921575005990323385n;

/** Everything of a serialized ObjectName before its text. */
const OBJECT_NAME_HEAD = built((out) => {
  out.byte(TC_OBJECT);
  out.plainClass('javax.management.ObjectName', OBJECT_NAME_SUID, SC_WRITE_METHOD | SC_SERIALIZABLE);
});

function built(write: (out: ObjectWriter) => void): Buffer {
  const out = new ObjectWriter(256);
  write(out);
  return out.take();
}

/** Registry.lookup(name) */
export function lookupRequest(name: string): Buffer {
  return built((out) => {
    out.raw(callHead(REGISTRY_ID, REGISTRY_INTERFACE, REGISTRY_LOOKUP));
    out.string(name);
  });
}

/** RMIServer.newClient(credentials): user and password, or null. */
export function newClientRequest(server: Buffer, credentials: readonly [string, string] | undefined): Buffer {
  return built((out) => {
    out.raw(callHead(server, NEW_CLIENT));
    if (credentials === undefined) out.nil();
    else out.raw(stringArray(credentials));
  });
}

/** A String[] as an argument. */
export function stringArray(strings: readonly string[]): Buffer {
  return built((out) => {
    out.byte(TC_ARRAY);
    out.plainClass('[Ljava.lang.String;', STRING_ARRAY_SUID, SC_SERIALIZABLE);
    out.int(strings.length);
    for (const text of strings) out.string(text);
  });
}

/** An ObjectName as an argument, or null. */
function objectName(out: ObjectWriter, name: string | null): void {
  if (name === null) return out.nil();
  out.raw(OBJECT_NAME_HEAD);
  out.string(name);
  out.byte(TC_ENDBLOCKDATA);
}

/** The heads of one session's calls, and what they are followed by. */
export class SessionRequests {
  readonly #heads: Readonly<Record<keyof typeof METHODS, Buffer>>;

  constructor(connection: Buffer) {
    const head = (method: keyof typeof METHODS): Buffer => callHead(connection, METHODS[method]);
    this.#heads = {
      close: head('close'),
      getDefaultDomain: head('getDefaultDomain'),
      getMBeanCount: head('getMBeanCount'),
      queryNames: head('queryNames'),
      isRegistered: head('isRegistered'),
      getMBeanInfo: head('getMBeanInfo'),
      getAttribute: head('getAttribute'),
      getAttributes: head('getAttributes'),
    };
  }

  close(out: ObjectWriter): void {
    out.raw(this.#heads.close);
  }

  /** A call whose only argument is the Subject, which is always null: JDK 25 refuses others. */
  plain(out: ObjectWriter, method: 'getDefaultDomain' | 'getMBeanCount'): void {
    out.raw(this.#heads[method]);
    out.nil();
  }

  /** All names, or those that fit the pattern; no query expression. */
  queryNames(out: ObjectWriter, pattern: string | null): void {
    out.raw(this.#heads.queryNames);
    objectName(out, pattern);
    out.nil();
    out.nil();
  }

  ofBean(out: ObjectWriter, method: 'getMBeanInfo' | 'isRegistered', name: string): void {
    out.raw(this.#heads[method]);
    objectName(out, name);
    out.nil();
  }

  getAttribute(out: ObjectWriter, name: string, attribute: string): void {
    out.raw(this.#heads.getAttribute);
    objectName(out, name);
    out.string(attribute);
    out.nil();
  }

  /** `attributes` as made by stringArray: beans of one class share it. */
  getAttributes(out: ObjectWriter, name: string, attributes: Buffer): void {
    out.raw(this.#heads.getAttributes);
    objectName(out, name);
    out.raw(attributes);
    out.nil();
  }
}
