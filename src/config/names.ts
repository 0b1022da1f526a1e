import { fileNameForGuest } from '../core/model/index.js';

/** No slash and no control character: libvirt refuses both in a domain's name. */
export const guestNamePattern = /^[^/\u0000-\u001f\u007f-\u009f]+$/;
/** Letters, digits, dot, hyphen, underscore, colon (IPv6); never a hyphen first. */
export const hostNamePattern = /^[A-Za-z0-9_:][A-Za-z0-9._:-]*$/;
/** A host name or address. A hyphen first would be an option of ssh. */
export const addressPattern = /^[A-Za-z0-9_:[][A-Za-z0-9._:%\]-]*$/;
/** A login name, as useradd allows it, with a domain where one is needed. */
export const userPattern = /^[A-Za-z0-9_][A-Za-z0-9._@\\-]*\$?$/;
/** An absolute path or one below the home directory. */
export const pathPattern = /^(\/|~\/)[^\u0000-\u001f\u007f-\u009f]*$/;

const uuidPattern = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
// The name becomes part of names of journals and locks; the longest is 255 bytes on any Linux.
const longestFileName = 200;

/** Why a guest cannot be called that, `undefined` when it can. */
export function guestNameProblem(name: string): string | undefined {
  if (name === '') return 'a guest needs a name';
  if (name.includes('/')) return 'libvirt allows no slash in a name';
  if (!guestNamePattern.test(name)) return 'libvirt allows no control characters in a name';
  if (name.trim() !== name) return 'blanks around the name';
  if (name === 'Domain-0') return 'Domain-0 is the host itself';
  // virsh tries the number of a domain first, then the UUID, then the name.
  if (/^\+?\d+$/.test(name))
    return 'virsh would take it for the number of a domain; rename the guest';
  if (uuidPattern.test(name)) return 'virsh would take it for a UUID; rename the guest';
  if (/\p{Cc}|\p{Cs}/u.test(name)) return 'characters that are no text';
  return fileNameForGuest(name).length > longestFileName ? 'too long' : undefined;
}

/** Why a host cannot be called that, `undefined` when it can. */
export function hostNameProblem(name: string): string | undefined {
  if (name.includes('@')) return 'give the account with user:, not in the name';
  if (!hostNamePattern.test(name)) {
    return 'a host name has letters, digits, dots, hyphens and underscores';
  }
  return name.length > 253 ? 'too long' : undefined;
}
