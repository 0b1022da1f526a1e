import { z } from 'zod';
import { addressSchema, filePathSchema, portSchema, userSchema } from './schema-values.js';

const replication = z
  .strictObject({
    address: addressSchema.optional().meta({
      description:
        'Name or address for the data, from the source host; default: that of the control connection.',
      examples: ['10.0.0.11'],
    }),
    port: portSchema.optional().meta({
      description: 'SSH port for the data; default: that of the control connection.',
      examples: [22],
    }),
    user: userSchema.optional().meta({
      description: 'Account for the data; default: that of the control connection.',
      examples: ['root'],
    }),
    identityFile: filePathSchema.optional().meta({
      description:
        'Private key, a path on the source host; ~ is the home directory there. Default: the path of the control connection.',
      examples: ['~/.ssh/id_ed25519'],
    }),
    knownHostsFile: filePathSchema.optional().meta({
      description:
        'Host keys, a path on the source host; ~ is the home directory there. Default: the path of the control connection.',
      examples: ['~/.ssh/known_hosts'],
    }),
  })
  .meta({
    description:
      'How the host that runs a guest reaches this host to send the data (rsync over OpenSSH). Whatever is not said here is as for the control connection.',
    examples: [{ address: '10.0.0.11' }],
  });

/** One entry of `hosts`. */
export const hostSchema = z
  .strictObject({
    connection: z
      .enum(['auto', 'local', 'ssh'])
      .optional()
      .meta({
        description: 'How xen-backup reaches the host.',
        enumDescriptions: [
          'Without SSH where the host is the very machine xen-backup runs on (equal boot id), else by SSH. The same configuration then serves every host.',
          'The machine xen-backup runs on.',
          'Always by SSH.',
        ],
        default: 'auto',
      }),
    address: addressSchema.optional().meta({
      description:
        'Name or address for control, from where xen-backup runs; default: the name of the host.',
      examples: ['192.0.2.11', 'dom0b.example.org'],
    }),
    port: portSchema.optional().meta({
      description: 'SSH port; default: as OpenSSH resolves it for the address.',
      examples: [22],
    }),
    user: userSchema.optional().meta({
      description:
        'Account on the host; default: as OpenSSH resolves it. Anything but root needs sudo: true.',
      examples: ['root'],
    }),
    sudo: z.boolean().optional().meta({
      description: 'Run every command through sudo -n on this host.',
      default: false,
    }),
    identityFile: filePathSchema.optional().meta({
      description: 'Private key; default: as OpenSSH resolves it, and the agent.',
      examples: ['~/.ssh/id_ed25519'],
    }),
    knownHostsFile: filePathSchema.optional().meta({
      description:
        'Where the host key must stand; unknown keys are refused, never asked about. Default: as OpenSSH resolves it.',
      examples: ['~/.ssh/known_hosts'],
    }),
    replication: replication.optional(),
  })
  .superRefine((value, context) => {
    if (value.user !== undefined && value.user !== 'root' && value.sudo !== true) {
      context.addIssue({
        code: 'custom',
        path: ['user'],
        message: 'not root: add sudo: true (commands then run through sudo -n)',
      });
    }
  })
  .meta({
    description:
      'One host (Dom0). Everything has a default: an empty value is enough for a host that answers under its name.',
    examples: [{ connection: 'auto' }, { address: '192.0.2.11', user: 'root' }],
  });
