import { z } from 'zod';
import { domainStates } from '../../src/core/model/index.js';
import { configurationSchema } from '../../src/config/schema.js';
import { contentSchema, filesSchema } from './schema-content.js';
import { faultSchema } from './schema-fault.js';
import { durationSchema, sectorSizeSchema, sizeSchema } from './schema-values.js';

const carrierName = z
  .string()
  .regex(/^(?:\/.+|[^/]+\/[^/]+)$/, 'expected VOLUMEGROUP/VOLUME, or a path')
  .meta({ examples: ['VolGroupXX/LogVolDc1', '/srv/dc1.img'] });

const volumeName = z
  .string()
  .regex(/^[^/]+\/[^/]+$/, 'expected VOLUMEGROUP/VOLUME')
  .meta({ examples: ['VolGroupXX/LogVolDc1'] });

const changeSchema = z.strictObject({
  volume: carrierName,
  at: z.string().optional().meta({
    description:
      'Position in the volume: 1 (a partition), VolGroup00/LogVol00. Default: the volume itself.',
  }),
  files: filesSchema,
});

const volumeSchema = z.strictObject({
  size: sizeSchema,
  uuid: z.string().optional(),
  pool: z.string().optional().meta({ description: 'Thin volume of that pool.' }),
  stripes: z.int().min(2).optional(),
  active: z.boolean().optional(),
  content: contentSchema.optional(),
});

const qcow2Schema = z
  .strictObject({
    backingFile: z.string().exactOptional(),
    dataFile: z.string().exactOptional(),
    encrypted: z.boolean().exactOptional(),
    snapshots: z.array(z.string()).exactOptional(),
    dirty: z.boolean().exactOptional(),
    corrupt: z.boolean().exactOptional(),
  })
  .meta({ description: 'A qcow2 image, with what else it says of itself: {} when nothing.' });

const hostSchema = z.strictObject({
  like: z.string().optional().meta({
    description: 'Its volume groups and volumes are full copies of those of this host.',
  }),
  changes: z.array(changeSchema).optional().meta({ description: 'How its copies differ.' }),
  addresses: z.array(z.string()).optional(),
  volumeGroups: z
    .record(
      z.string(),
      z.strictObject({
        size: sizeSchema,
        extentSize: sizeSchema.optional(),
        sectorSize: sectorSizeSchema.optional(),
      }),
    )
    .optional()
    .meta({ description: 'Each on a disk of its own.' }),
  thinPools: z.record(volumeName, z.strictObject({ size: sizeSchema })).optional(),
  volumes: z.record(volumeName, volumeSchema).optional(),
  disks: z
    .record(
      z
        .string()
        .regex(/^(?:sd|vd|xvd)[c-z]\d?$/, 'expected the name of a disk or of a partition: sdc1'),
      z.strictObject({ size: sizeSchema, content: contentSchema.optional() }),
    )
    .optional()
    .meta({ description: 'Disks and partitions without LVM, each on a disk of its own.' }),
  images: z
    .record(
      z.string().regex(/^\//, 'a path begins with a slash'),
      z.strictObject({
        size: sizeSchema.meta({ description: 'What the guest sees.' }),
        content: contentSchema.optional(),
        qcow2: qcow2Schema.optional(),
        sectorSize: sectorSizeSchema.optional(),
      }),
    )
    .optional()
    .meta({ description: "Disk images among the host's own files, by path; raw ones by default." }),
  nbd: z
    .strictObject({
      devices: z.int().min(0).max(64).optional(),
      maxPartitions: z.int().min(0).optional(),
    })
    .optional()
    .meta({ description: 'The module nbd: 16 devices by default, 0 when it is not loaded.' }),
  bridges: z.array(z.string()).optional(),
  files: filesSchema.optional().meta({ description: "The host's own files." }),
  tools: z
    .record(z.string(), z.union([z.string(), z.null()]))
    .optional()
    .meta({ description: 'Versions that differ; null: not installed.' }),
  libvirt: z.enum(['running', 'stopped']).optional(),
  hypervisor: z.enum(['xen', 'kvm']).optional().meta({
    description: 'xen (the default) answers under xen:///system, kvm under qemu:///system.',
  }),
  init: z.enum(['systemd', 'other']).optional().meta({
    description: 'What runs the host: systemd by default.',
  }),
  power: z.enum(['on', 'off']).optional(),
  sshd: z.enum(['running', 'stopped']).optional(),
  dmeventd: z.enum(['running', 'stopped']).optional(),
  autoActivation: z.enum(['on', 'off']).optional(),
  mounts: z
    .array(z.strictObject({ device: z.string(), at: z.string(), type: z.string() }))
    .optional()
    .meta({ description: 'What somebody has mounted there.' }),
});

const diskSchema = z.union([
  z.string(),
  z.strictObject({
    source: z.string(),
    kind: z.enum(['block', 'file']).optional(),
    device: z.enum(['disk', 'cdrom', 'floppy', 'lun']).optional(),
    driver: z.string().optional(),
    type: z.string().optional(),
    bus: z.string().optional(),
    sectorSize: sectorSizeSchema.optional(),
    readOnly: z.boolean().optional(),
    shareable: z.boolean().optional(),
  }),
]);

const domainSchema = z.strictObject({
  uuid: z.string().optional(),
  type: z
    .enum(['xen', 'kvm', 'qemu'])
    .optional()
    .meta({ description: 'qemu: emulated, where there is no KVM. Default: xen.' }),
  memory: sizeSchema.optional(),
  kernel: z.string().optional(),
  initrd: z.string().optional(),
  commandLine: z.string().optional(),
  disks: z.record(z.string(), diskSchema).optional().meta({
    description: 'Path of the device by the name the guest has for it.',
  }),
  disksOn: z.record(z.string(), z.record(z.string(), diskSchema)).optional().meta({
    description: 'The disks by host, where its definition says something else.',
  }),
  bridges: z.array(z.string()).optional(),
  xml: z.string().optional().meta({ description: 'A whole definition instead of its parts.' }),
  hosts: z
    .record(z.string(), z.enum(domainStates))
    .meta({ description: 'State on each host that knows it.' }),
  autostart: z.array(z.string()).optional().meta({ description: 'Hosts that start it at boot.' }),
  transient: z.boolean().optional(),
  agent: z.enum(['absent', 'present', 'silent']).optional().meta({
    description:
      'Its guest agent, which can freeze its file systems under KVM; silent: configured, but it does not answer. Default: absent.',
  }),
  writes: z
    .strictObject({
      every: durationSchema,
      bytes: sizeSchema.optional(),
      counterFile: z.string().optional(),
    })
    .optional()
    .meta({ description: 'What it writes to its disks while it runs.' }),
});

const linkSchema = z.strictObject({
  from: z.string().meta({ description: 'A host, or `outside`.' }),
  to: z.string(),
});

/** A scenario: hosts, what is on them, what goes wrong. The JSON schema comes from here. */
export const scenarioSchema = z.strictObject({
  version: z.literal(1),
  description: z.string().optional(),
  seed: z
    .string()
    .optional()
    .meta({ description: 'Everything that looks random follows from it.' }),
  runOn: z.string().optional().meta({
    description: 'The host xen-backup runs on; `outside` (the default) for a third machine.',
  }),
  hosts: z.record(z.string(), hostSchema),
  domains: z.record(z.string(), domainSchema).optional(),
  ssh: z
    .strictObject({
      unknownKeys: z
        .array(linkSchema)
        .optional()
        .meta({ description: 'Host keys not in known_hosts.' }),
      changedKeys: z
        .array(linkSchema)
        .optional()
        .meta({ description: 'Another key is in known_hosts.' }),
      unauthorized: z
        .array(linkSchema)
        .optional()
        .meta({ description: 'Logins that are refused.' }),
      cut: z.array(linkSchema).optional().meta({ description: 'Links over which nothing passes.' }),
    })
    .optional()
    .meta({ description: 'Everybody knows and trusts everybody but these.' }),
  faults: z.array(faultSchema).optional(),
  configuration: configurationSchema.optional().meta({
    description: 'What xen-backup itself is told, as in config.yaml. --config takes its place.',
  }),
});

export type ScenarioInput = z.output<typeof scenarioSchema>;
export type HostInput = z.output<typeof hostSchema>;
export type DomainInput = z.output<typeof domainSchema>;
