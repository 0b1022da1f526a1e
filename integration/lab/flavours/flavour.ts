import type { GuestSpec } from '../specs.js';

/** Names the flavour for a process and its children. */
export const flavourVariable = 'XEN_BACKUP_LAB_FLAVOUR';

export type FlavourName = 'xen' | 'kvm';

/** What a host's QEMU may be given to boot; files of the cache. */
export interface BootFiles {
  readonly kernel: string;
  readonly initrd: string;
  /** There only when the flavour has a {@link Flavour.hypervisorImage}. */
  readonly hypervisor: string;
}

/** Everything in which a pair of hosts under one hypervisor differs from a pair under another. */
export interface Flavour {
  readonly name: FlavourName;
  /** For people. */
  readonly title: string;
  /** Added to the names of the cache folder and of the QEMU processes. */
  readonly suffix: string;
  /** Added to the ports of the first flavour, so that pairs of two flavours can be up at once. */
  readonly portOffset: number;
  readonly libvirtUri: string;

  /** Debian packages of the hypervisor; what every host has is in `build/root-tree.ts`. */
  readonly packages: readonly string[];
  /** Files of the hosts that only this hypervisor reads. A name that ends in `/` is a folder. */
  readonly hostFiles: Readonly<Record<string, string>>;
  /** Units of the system that this hypervisor does without: they would only cost time. */
  readonly idleUnits: readonly string[];
  /** The hypervisor among the files of /boot, gzipped; absent when the kernel is booted itself. */
  readonly hypervisorImage?: RegExp;
  /** A shell command that prints the hypervisor's version. */
  readonly versionScript: string;
  /** Memory of a host, guests included. */
  readonly memoryMiB: number;
  /** The words of QEMU's command line that say what is booted. */
  readonly boot: (files: BootFiles) => readonly string[];

  /** Which of the lab's guests there are. */
  readonly guests: readonly string[];
  /** How its guests call their disks, before the letter. */
  readonly diskPrefix: 'xvd' | 'vd';
  /** Kernel modules of its guests' disks. */
  readonly guestModules: readonly string[];
  /** Its guests' console, as their kernel calls it. */
  readonly guestConsole: 'hvc0' | 'ttyS0';
  /** Where a host keeps what a guest prints. */
  readonly consoleLog: (guest: string) => string;
  /** How long a guest's terminal is held open after something was typed, so that it is read. */
  readonly consoleOpenSeconds: number;
  /** The definition of a guest whose disks are volumes of `group`. */
  readonly definition: (guest: GuestSpec, group: string) => string;
  /** A guest's time limits are this many times those of a paravirtual guest. */
  readonly guestPatience: number;
}

/** What every host's kernel is told. */
export const kernelOptions = (console: 'hvc0' | 'ttyS0'): string =>
  `root=/dev/vda rw console=${console} net.ifnames=0 mitigations=off audit=0 systemd.show_status=0`;
