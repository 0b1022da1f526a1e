import type { Argv } from '../../../ports/index.js';
import { identityArgv } from '../../../adapters/identity/argv.js';
import { sessionRules } from './session.js';
import { findToolsArgv, hasDirectoryArgv, hasFileArgv } from '../../../adapters/tools/argv.js';
import { versionQuestions } from '../../../adapters/tools/versions.js';
import { domainArgv, listArgv, listNamesArgv } from '../../../adapters/virsh/argv.js';
import { like, type Slot } from '../like.js';
import { all, one, run } from '../pattern.js';
import { asked, forBoth, type GateRule } from '../rule.js';
import { samples, type Slots } from '../slots.js';

/** Who may be asked with which rights: `id -u`. */
const userIdArgv: Argv = ['id', '-u'];

/** Commands about the machine itself, its tools and its guests. */
export function hostRules(slots: Slots): readonly GateRule[] {
  const tool: Slot = {
    sample: 'sampletool',
    pattern: all(one('a-z'), run('a-z0-9-', 0)),
    again: 'many',
  };
  const path: Slot = { sample: samples.path, pattern: slots.path };
  const network = { sample: 'sample0', pattern: slots.component };
  return [
    forBoth('id', like(userIdArgv)),
    asked(forBoth('identity of the machine', like(identityArgv))),
    forBoth('find tools', like(findToolsArgv(['sampletool']), [tool])),
    ...Object.entries(versionQuestions).map(([name, { argv }]) =>
      forBoth(`version of ${name}`, like(argv)),
    ),
    forBoth('network interface', like(hasDirectoryArgv('/sys/class/net/sample0'), [network])),
    forBoth('boot file', like(hasFileArgv(samples.path), [path])),
    ...virshRules(slots),
    ...sessionRules(slots),
  ];
}

/** A URI that names a driver of this machine: others run programs (`qemu+ext`) or go elsewhere. */
export const localUri: Slot = {
  sample: 'sample:///sample',
  pattern: all(run('a-z', 1), ':///', run('a-z', 0)),
};

function virshRules({ guest, hyphenGuest }: Slots): readonly GateRule[] {
  const uri = localUri.sample;
  const domain = (command: Parameters<typeof domainArgv>[1]) => [
    like(domainArgv(uri, command, samples.guest), [
      localUri,
      { sample: samples.guest, pattern: guest },
    ]),
    like(domainArgv(uri, command, `-${samples.guest}`), [
      localUri,
      { sample: `-${samples.guest}`, pattern: hyphenGuest },
    ]),
  ];
  return [
    asked(forBoth('virsh list', like(listArgv(uri), [localUri]))),
    asked(forBoth('virsh list --name', like(listNamesArgv(uri), [localUri]))),
    ...(['domstate', 'dumpxml', 'dominfo'] as const).flatMap((command) =>
      domain(command).map((pattern) => asked(forBoth(`virsh ${command}`, pattern))),
    ),
  ];
}
