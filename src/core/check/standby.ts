import type { DomainDefinition, GuestName, HostName } from '../model/index.js';
import type { Finding } from './finding.js';

/** What was found on the host of a standby. */
export interface StandbyFacts {
  readonly guest: GuestName;
  readonly host: HostName;
  /** Host that runs the guest now. */
  readonly source: HostName;
  /** The guest's definition on this host; absent when it has none. */
  readonly definition?: DomainDefinition;
  readonly autostart: 'on' | 'off';
  readonly missingBridges: readonly string[];
  /** Kernel and initial RAM disk outside the disks that are not there. */
  readonly missingBootFiles: readonly string[];
}

/** Could the standby be started here, and will nobody start it by mistake? */
export function judgeStandby(facts: StandbyFacts): readonly Finding[] {
  const { guest, host, source, definition } = facts;
  const place = { host, guest } as const;
  if (definition === undefined) {
    return [
      {
        level: 'WARN',
        subject: 'definition',
        ...place,
        message: `${guest} is not defined on ${host}: its standby cannot be started there`,
        remedy: `On ${source}: virsh dumpxml --inactive ${guest}; on ${host}: virsh define FILE.`,
      },
    ];
  }
  const findings: Finding[] = [];
  if (facts.autostart === 'on') {
    findings.push({
      level: 'FAIL',
      subject: 'autostart',
      ...place,
      message: `libvirt on ${host} starts ${guest} with the host: it would run twice`,
      remedy: `On ${host}: virsh autostart --disable ${guest}`,
    });
  }
  for (const bridge of facts.missingBridges) {
    findings.push({
      level: 'WARN',
      subject: 'network',
      ...place,
      message: `${host} has no bridge ${bridge}, which the definition of ${guest} names`,
      remedy: `Make the bridge on ${host}, or change the definition there.`,
    });
  }
  for (const path of facts.missingBootFiles) {
    findings.push({
      level: 'WARN',
      subject: 'boot-files',
      ...place,
      message: `${host} has no ${path}, from which ${guest} boots`,
      remedy: `Copy it from ${source}: it lies outside the disks and is not replicated.`,
    });
  }
  if (findings.length > 0) return findings;
  const message = `${guest} could be started on ${host}`;
  return [{ level: 'OK', subject: 'definition', ...place, message }];
}

/** Files a domain boots from outside its disks; a boot loader's temporary ones do not count. */
export function bootFiles(definition: DomainDefinition): readonly string[] {
  if (definition.bootloader !== undefined) return [];
  return [definition.kernel, definition.initrd].filter((path) => path !== undefined);
}

/** Bridges of a definition, each once. */
export function bridgesOf(definition: DomainDefinition): readonly string[] {
  return [...new Set(definition.interfaces.flatMap(({ bridge }) => bridge ?? []))];
}
