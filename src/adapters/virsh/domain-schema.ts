import { z } from 'zod';

// What libvirt documents of the parts that are read. Whatever else a definition holds is free to
// change with libvirt's version and is not looked at.

const text = z.string().min(1);

const words = z.record(z.string(), z.string());

export const diskSchema = z.object({
  /** libvirt's own default. */
  type: text.default('file'),
  device: z.enum(['disk', 'cdrom', 'floppy', 'lun']).default('disk'),
  driverName: text.exactOptional(),
  driverType: text.exactOptional(),
  /** Attributes of the source. */
  source: words.exactOptional(),
  target: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/, 'no name of a device'),
  bus: text.exactOptional(),
  serial: text.exactOptional(),
  logicalSectorBytes: z
    .string()
    .regex(/^\d{1,6}$/, 'no size of a sector')
    .transform(Number)
    .exactOptional(),
  readOnly: z.boolean(),
  shareable: z.boolean(),
});

export type RawDisk = z.output<typeof diskSchema>;

const interfaceSchema = z.object({
  type: text,
  bridge: text.exactOptional(),
  network: text.exactOptional(),
  macAddress: z
    .string()
    .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/, 'no MAC address')
    .exactOptional(),
});

export const domainSchema = z.object({
  element: z.literal('domain', { error: 'the element is not <domain>' }),
  type: text,
  id: z
    .string()
    .regex(/^\d{1,9}$/, 'no number of a domain')
    .transform(Number)
    .exactOptional(),
  name: text,
  uuid: z
    .string()
    .regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, 'no UUID')
    .exactOptional(),
  bootloader: text.exactOptional(),
  kernel: text.exactOptional(),
  initrd: text.exactOptional(),
  kernelCommandLine: text.exactOptional(),
  disks: z.array(diskSchema),
  interfaces: z.array(interfaceSchema),
});
