import { z } from 'zod';
import { builtInDefaults } from './builtin-defaults.js';
import { guestNamePattern, guestNameProblem, hostNamePattern, hostNameProblem } from './names.js';
import { hostSchema } from './schema-host.js';
import { settingsShape } from './schema-settings.js';
import { nameSchema } from './schema-values.js';

const hostName = nameSchema(hostNamePattern, hostNameProblem);
const guestName = nameSchema(guestNamePattern, guestNameProblem);

const guest = z
  .strictObject({
    hosts: z
      .array(z.string())
      .min(2, 'at least two hosts: one that runs the guest, one that keeps a copy')
      .meta({
        description:
          'The hosts that have the disks of this guest, the one that runs it among them. Copies go from where it runs to all others.',
        examples: [['dom0a', 'dom0b']],
        uniqueItems: true,
      }),
    ...settingsShape,
    devices: z
      .record(
        z.string().regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, 'a control character in a device'),
        z.enum(['files', 'blocks', 'skip']),
      )
      .optional()
      .meta({
        description:
          'How single devices of this guest are brought over, by position as plan shows it or by mount point: file by file, by blocks, or not at all. What is not named goes by its content.',
        examples: [{ 'xvda/2': 'blocks', '/scratch': 'skip' }],
      }),
  })
  .meta({
    description:
      'A guest, by the name libvirt knows it under. Settings here override the defaults.',
    examples: [{ hosts: ['dom0a', 'dom0b'] }],
    defaultSnippets: [
      {
        label: 'guest',
        description: 'A guest on two hosts',
        body: { hosts: ['${1:dom0a}', '${2:dom0b}'] },
      },
    ],
  });

/**
 * The configuration as people write it: the one source of validation, types and JSON schema.
 * Parsing turns sizes, shares and durations into numbers; defaults are applied afterwards, because
 * "not said" must remain visible until a guest's settings are laid over the defaults.
 */
export const configurationSchema = z
  .strictObject({
    libvirtUri: z
      .string()
      .regex(/^[A-Za-z][^\s\u0000-\u001f]*:/, 'expected a libvirt URI such as xen:///system')
      .optional()
      .meta({
        description: 'How virsh on each host connects to libvirt.',
        examples: ['xen:///system', 'qemu:///system'],
        default: builtInDefaults.libvirtUri,
      }),
    stateDir: z
      .string()
      .regex(/^\/[^\u0000-\u001f\u007f-\u009f]+$/, 'expected an absolute path')
      .optional()
      .meta({
        description: 'Journals, records and reports on each host.',
        examples: ['/var/lib/xen-backup'],
        default: builtInDefaults.stateDir,
      }),
    hosts: z
      .record(hostName, hostSchema.nullable())
      .nullable()
      .optional()
      .meta({
        description:
          'The hosts, each under a name of your choice; the name is also its address unless one is given.',
        examples: [{ dom0a: { connection: 'auto' }, dom0b: { address: '192.0.2.11' } }],
      }),
    defaults: z
      .strictObject(settingsShape)
      .nullable()
      .optional()
      .meta({
        description: 'Settings of all guests; each guest may override each of them.',
        examples: [{ snapshotSize: '20%', consistency: 'none' }],
      }),
    guests: z
      .record(guestName, guest)
      .nullable()
      .optional()
      .meta({
        description: 'The guests to replicate, each under the name libvirt knows it by.',
        examples: [{ dc1: { hosts: ['dom0a', 'dom0b', 'dom0c'] } }],
      }),
  })
  .meta({
    title: 'xen-backup configuration',
    description:
      'Hosts, guests and settings of xen-backup: /etc/xen-backup/config.yaml and conf.d/*.yaml beside it.',
  });

/** The configuration as written in YAML. */
export type ConfigurationInput = z.input<typeof configurationSchema>;

/** The configuration after validation, before defaults. */
export type ParsedConfiguration = z.output<typeof configurationSchema>;
export type ParsedHost = NonNullable<NonNullable<ParsedConfiguration['hosts']>[string]>;
export type ParsedSettings = NonNullable<ParsedConfiguration['defaults']>;
export type ParsedGuest = NonNullable<ParsedConfiguration['guests']>[string];
