import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * True when the first field of a known_hosts line is meant for a host, by OpenSSH's rules: hashed
 * names are exact; among patterns (`*`, `?`, letter case aside) a negated one that fits decides.
 *
 * @param host - `name`, or `[name]:port` for a port other than 22
 */
export function hostsFieldFits(field: string, host: string): boolean {
  const name = host.toLowerCase();
  if (field.startsWith('|')) return hashFits(field, name);
  let fits = false;
  for (const pattern of field.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!patternFits(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    fits = true;
  }
  return fits;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name with the salt as its key. */
function hashFits(field: string, name: string): boolean {
  const [, version, salt, hash, ...rest] = field.split('|');
  if (version !== '1' || salt === undefined || hash === undefined || rest.length > 0) return false;
  const wanted = Buffer.from(hash, 'base64');
  const made = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === made.length && timingSafeEqual(wanted, made);
}

/** Linear in time for one star after another, unlike a regular expression made of them. */
function patternFits(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let index = 0;
  while (at < name.length) {
    const wanted = pattern[index];
    if (wanted === '*') {
      star = index;
      retry = at;
      index += 1;
    } else if (wanted === '?' || wanted === name[at]) {
      index += 1;
      at += 1;
    } else if (star >= 0) {
      index = star + 1;
      retry += 1;
      at = retry;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(index));
}
