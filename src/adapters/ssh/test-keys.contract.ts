// Keys for tests: in the wire format as far as anybody looks.

/** A public key blob: type, then something that tells it from others. */
export function blob(type: string, content: string): Buffer {
  const field = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  return Buffer.concat([field(type), field(content)]);
}

/** The same as `type base64`. */
export function line(type: string, content: string): string {
  return `${type} ${blob(type, content).toString('base64')}`;
}
