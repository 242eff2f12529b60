// The door between dates/ and formats/: a converter of dates as the outputs take it. Hot, pure.
import { ByteSink } from '../dates/byte-sink.ts';
import type { DateConverter } from '../dates/converter.ts';
import type { StampConverter } from './outputs/record-output.ts';

export function stampsBy(converter: DateConverter): StampConverter {
  const sink = new ByteSink();
  return (bytes, start, end, out) => {
    sink.length = 0;
    if (!converter.convertStamp(bytes, start, end, sink)) return false;
    out.range(sink.bytes, 0, sink.length);
    return true;
  };
}
