import type { z } from 'zod';
import type { DiskDefinition, DomainDefinition } from '../../core/model/index.js';
import { diskSource } from './disk-source.js';
import { attributeOfChild, attributesOfChild, onlyChild, textOfChild } from './domain-elements.js';
import { domainSchema, type RawDisk } from './domain-schema.js';
import { childElements, type XmlElement } from './xml-element.js';
import { domainXmlInvalid } from './xml-error.js';
import { parseXml } from './xml-parse.js';

/**
 * What a domain's definition says, from 2009's documents to today's.
 *
 * @param xml - the document as `virsh dumpxml` prints it
 * @throws `domain-xml-invalid`.
 */
export function parseDomainDefinition(xml: string): DomainDefinition {
  const parsed = domainSchema.safeParse(rawDomain(parseXml(xml)));
  if (!parsed.success) {
    throw domainXmlInvalid(firstIssue(parsed.error), xml, undefined, parsed.error);
  }
  const { element: _element, disks, ...domain } = parsed.data;
  return { ...domain, disks: uniqueTargets(disks.map(diskDefinition), xml), xml };
}

function rawDomain(root: XmlElement) {
  const os = onlyChild(root, 'os');
  const devices = onlyChild(root, 'devices');
  const textOfOs = (name: string) => (os === undefined ? undefined : textOfChild(os, name));
  const children = (name: string) => (devices === undefined ? [] : childElements(devices, name));
  return withoutUndefined({
    element: root.name,
    type: root.attributes.get('type'),
    id: root.attributes.get('id'),
    name: textOfChild(root, 'name'),
    uuid: textOfChild(root, 'uuid'),
    bootloader: textOfChild(root, 'bootloader'),
    kernel: textOfOs('kernel'),
    initrd: textOfOs('initrd'),
    kernelCommandLine: textOfOs('cmdline'),
    disks: children('disk').map(rawDisk),
    interfaces: children('interface').map(rawInterface),
  });
}

function rawDisk(disk: XmlElement) {
  return withoutUndefined({
    type: disk.attributes.get('type'),
    device: disk.attributes.get('device'),
    driverName: attributeOfChild(disk, 'driver', 'name'),
    driverType: attributeOfChild(disk, 'driver', 'type'),
    // Of the disk itself: <backingStore> and <mirror> have sources of their own.
    source: attributesOfChild(disk, 'source'),
    target: attributeOfChild(disk, 'target', 'dev'),
    bus: attributeOfChild(disk, 'target', 'bus'),
    serial: textOfChild(disk, 'serial'),
    logicalSectorBytes: attributeOfChild(disk, 'blockio', 'logical_block_size'),
    readOnly: childElements(disk, 'readonly').length > 0,
    shareable: childElements(disk, 'shareable').length > 0,
  });
}

function rawInterface(element: XmlElement) {
  return withoutUndefined({
    type: element.attributes.get('type'),
    bridge: attributeOfChild(element, 'source', 'bridge'),
    network: attributeOfChild(element, 'source', 'network'),
    macAddress: attributeOfChild(element, 'mac', 'address'),
  });
}

function diskDefinition({ type, source, ...disk }: RawDisk): DiskDefinition {
  return { ...disk, source: diskSource(type, source) };
}

function uniqueTargets(disks: readonly DiskDefinition[], xml: string): readonly DiskDefinition[] {
  const targets = new Set<string>();
  for (const { target } of disks) {
    if (targets.has(target)) throw domainXmlInvalid(`two disks have the target ${target}`, xml);
    targets.add(target);
  }
  return disks;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return error.message;
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

function withoutUndefined(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
