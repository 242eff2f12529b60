// The door between dates/ and formats/: a converter of dates as the outputs take it. Hot, pure.
import type { DateConverter } from '../dates/converter.ts';
import type { StampConverter } from './outputs/record-output.ts';

export function stampsBy(converter: DateConverter): StampConverter {
  return (bytes, start, end, out) => converter.convertStamp(bytes, start, end, out);
}
