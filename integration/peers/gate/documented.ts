import { readFileSync } from 'node:fs';

const reference = readFileSync('docs/REFERENCE.md', 'utf8');

/**
 * What REFERENCE.md tells operators to write into a file that the gate needs: the one line of the
 * block that bears the file's name.
 */
export function documented(file: 'authorized_keys' | 'sshd_config' | 'sudoers'): string {
  const [, line] = new RegExp(`^\`\`\`${file}\\n(.+)\\n\`\`\`$`, 'm').exec(reference) ?? [];
  if (line === undefined) throw new Error(`REFERENCE.md has no line for ${file}`);
  return line;
}

/** The documented line of authorized_keys with a real key: `ssh-ed25519 BASE64`. */
export function documentedKeyLine(publicKey: string): string {
  const placeholder = 'ssh-ed25519 AAAA...';
  const line = documented('authorized_keys');
  if (!line.endsWith(placeholder)) throw new Error(`no place for a key in: ${line}`);
  return line.replace(placeholder, publicKey);
}

/** The account that the documented sudoers line is for. */
export const sudoAccount = documented('sudoers').split(' ')[0] ?? '';
