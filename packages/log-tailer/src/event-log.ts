// What the engine reports, as log lines for the operator.
import type { Log } from '@podmate/base/log';
import type { FollowEvent } from './follow-events.ts';

export function eventLog(log: Log): (event: FollowEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'unreadable': {
        const { path, code, message } = event;
        return log.error('cannot read; will try again', { path, code, message });
      }
      case 'lost-file': {
        const { path, offset, lostBytes } = event;
        const fields = { path, deliveredBytes: offset, lostBytes };
        if (lostBytes === 0) return log.debug('a delivered file is gone', fields);
        return log.warn('a file was removed before it was delivered to its end', fields);
      }
      case 'truncated': {
        const { path, lostBytes, recovered } = event;
        if (lostBytes === 0) return log.debug('truncated', { path, recovered });
        return log.warn(
          'truncated before everything was read; rotate by rename (create) instead of copytruncate',
          {
            path,
            lostBytes,
          },
        );
      }
      case 'checkpoint-unwritable': {
        const { code, message } = event;
        return log.warn('checkpoint not written; a restart may repeat lines', { code, message });
      }
    }
  };
}
