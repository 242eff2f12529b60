// How a name server is written: `10.0.0.10`, `10.0.0.10:53`, `fd00::10`, `[fd00::10]:53`, which is also what Node takes.
// For plan.ts, which refuses others in the settings, and resolver.ts, which passes them over in resolv.conf.
import { isIP } from 'node:net';

export function isServerAddress(text: string): boolean {
  return isIP(text.replace(/^\[(.*)\](?::\d{1,5})?$|^([\d.]+):\d{1,5}$/, '$1$2')) !== 0;
}
