// One JSON object per record, fields in the order of the line. Hot, pure.
import type { ByteOutput } from '../../byte-output.ts';
import type { LogRecord } from '../log-record.ts';
import { closeObject, JsonFields, type JsonFieldsOptions } from './json-fields.ts';
import type { RecordOutput } from './record-output.ts';

export class JsonOutput implements RecordOutput {
  readonly #fields: JsonFields;

  constructor(options: JsonFieldsOptions = {}) {
    this.#fields = new JsonFields(options);
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    const from = out.length;
    this.#fields.write(record, out);
    closeObject(out, from);
    return true;
  }
}
