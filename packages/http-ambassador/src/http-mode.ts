// The http and forward modes of a listener: every connection is a session.
import type { HttpService } from './http-service.ts';
import type { Service } from './listener.ts';
import type { Tally } from './traffic.ts';
import type { Origin } from './proxy-protocol/header.ts';
import { Session } from './session.ts';
import type { Receiver, Wire } from './wire.ts';

export class HttpMode implements Service {
  readonly http: HttpService;

  constructor(http: HttpService) {
    this.http = http;
  }

  get refusals(): Tally {
    return this.http.refusals;
  }

  get open(): number {
    return this.http.sessions.size;
  }

  accept(origin: Origin, take: (receiver: Receiver) => Wire): Wire {
    const session = new Session(this.http, origin);
    this.http.sessions.add(session);
    this.http.deadlines.add(session);
    session.wire = take(session);
    return session.wire;
  }

  renew(next: Service): boolean {
    if (!(next instanceof HttpMode) || next.http.proto !== this.http.proto) return false;
    this.http.take(next.http.rules);
    return true;
  }

  drain(): void {
    this.http.isDraining = true;
    for (const session of this.http.sessions) session.drain();
  }

  cutOff(): void {
    for (const session of this.http.sessions) session.cutOff();
  }
}
