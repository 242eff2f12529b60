// A zone as text: `+01:00`, `Z`, `CET`, `GMT+1`, `Europe/Berlin`. For the stamp writer, which keeps what it got. Pure.

import type { ZoneElement } from './element.ts';
import type { Zone } from './zone.ts';

/** @param abbreviation what people write for the zone then; without one `+01` stands for it, as in tzdata */
export function offsetText(
  { form, zulu }: ZoneElement,
  offset: number,
  zone: Zone,
  abbreviation: string | undefined,
): string {
  if (zulu && offset === 0) return 'Z';
  const [hours, minutes, seconds] = [
    Math.abs(offset) / 3600,
    (Math.abs(offset) / 60) % 60,
    Math.abs(offset) % 60,
  ].map((value) => String(Math.floor(value)).padStart(2, '0'));
  const sign = offset < 0 ? '-' : '+';
  switch (form) {
    case 'hh:mm':
      return `${sign}${hours}:${minutes}`;
    case 'hhmm':
      return `${sign}${hours}${minutes}`;
    case 'hh':
      return `${sign}${hours}`;
    case 'hh[mm]':
      return `${sign}${hours}${minutes === '00' ? '' : minutes}`;
    case 'hh:mm:ss':
      return `${sign}${hours}:${minutes}${seconds === '00' ? '' : `:${seconds}`}`;
    case 'hhmmss':
      return `${sign}${hours}${minutes}${seconds === '00' ? '' : seconds}`;
    case 'GMT+hh:mm':
      return offset === 0 ? 'GMT' : `GMT${sign}${hours}:${minutes}`;
    case 'GMT+h':
      return offset === 0 ? 'GMT' : `GMT${sign}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
    case 'id':
      return zone.id;
    default:
      return abbreviation ?? (offset === 0 ? 'UTC' : `${sign}${hours}${minutes === '00' ? '' : minutes}`);
  }
}
