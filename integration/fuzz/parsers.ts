import { parseProbe, parseSize } from '../../src/adapters/blkid/parse.js';
import { parseMapStatus } from '../../src/adapters/dmsetup/parse.js';
import { parseList } from '../../src/adapters/host-files/parse.js';
import { parseAddedMaps, parseRemovedMaps } from '../../src/adapters/kpartx/parse.js';
import { parseOwner } from '../../src/adapters/locks/owner.js';
import { parseFills } from '../../src/adapters/lvm/fill.js';
import {
  parseGlobalFilter,
  parseLogicalVolumes,
  parseSnapshotStatus,
  parseVolumeGroups,
} from '../../src/adapters/lvm/parse.js';
import { parsePhysicalVolumes, parseSegments } from '../../src/adapters/lvm/parse-guest.js';
import { parseMountInfo, parseRootIdentity } from '../../src/adapters/mount/parse.js';
import { parseJsonTable, parseMachineTable } from '../../src/adapters/parted/parse.js';
import { parseBytes, parseDigests } from '../../src/adapters/regions/parse.js';
import { CopyOutputParser } from '../../src/adapters/rsync/output.js';
import { parseDeviceMaps } from '../../src/adapters/shared/device-map-info.js';
import { parseHolders } from '../../src/adapters/shared/holders.js';
import { parseKnownHosts } from '../../src/adapters/ssh/known-hosts-file.js';
import { parseSettings } from '../../src/adapters/ssh/parse-settings.js';
import { parseFirstLine } from '../../src/adapters/ssh/remote-command.js';
import { parseFoundTools } from '../../src/adapters/tools/parse.js';
import { parseProperties } from '../../src/adapters/udev/parse.js';
import { parseDomainDefinition } from '../../src/adapters/virsh/domain-definition.js';
import { parseFrozen, parseHoldFile, parseRelease } from '../../src/adapters/virsh/holds/parse.js';
import {
  parseAutostart,
  parseDomainList,
  parseDomainNames,
  parseDomainState,
} from '../../src/adapters/virsh/parse.js';
import { parseRecord } from '../../src/app/standby/parse-record.js';
import { assembleConfiguration } from '../../src/config/assemble.js';
import { parseFstab } from '../../src/core/fstab/parse.js';
import { readJournal } from '../../src/core/journal/index.js';
import { configurationYaml, confFile, golden, lvmRow } from './golden.js';
import { fixture, recorded } from './corpus.js';
import { jsonRows, lines, problemOfShape } from './shape.js';

/** A parser, texts that it understands, and how its answer is judged. */
export interface Parser {
  readonly name: string;
  readonly texts: readonly string[];
  /** Longer texts are not tried: in characters. Default: none is too long. */
  readonly longest?: number;
  readonly parse: (text: string) => unknown;
  /** What is wrong with an answer, from the text alone; `undefined` when nothing is. */
  readonly problemWith: (value: unknown, text: string) => string | undefined;
}

/**
 * @param left - objects in the text that the answer leaves out. Shape is judged in any case: no
 * number that is none, is negative or was rounded, nowhere.
 */
function parser<Value>(
  name: string,
  texts: readonly string[],
  parse: (text: string) => Value,
  left: (value: Value, text: string) => number = () => 0,
): Parser {
  return {
    name,
    texts,
    parse,
    problemWith: (value, text) => {
      const count = left(value as Value, text);
      return problemOfShape(value) ?? (count === 0 ? undefined : `${count} objects left out`);
    },
  };
}

const perLine = (value: readonly unknown[], text: string): number =>
  lines(text).length - value.length;
const rows = (kind: string) => (value: readonly unknown[], text: string) =>
  jsonRows(text, 'report', 0, kind) - value.length;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const lvmReport = (kind: string, ...list: readonly object[]): string =>
  JSON.stringify({ report: [{ [kind]: list }] }, undefined, 1);
const host = 'dom0a';

const blockParsers: readonly Parser[] = [
  parser('blkid', recorded(/^blkid -p/), parseProbe, ({ content }, text) =>
    content.kind === 'blank' ? count(text, /^(?!DEVNAME=|PART_ENTRY_).+$/gm) : 0,
  ),
  parser('blockdev', recorded(/^blockdev --getsize64/), parseSize),
  parser('dmsetup status', recorded(/^dmsetup status x/), parseMapStatus, (value, text) =>
    perLine(value.split('\n'), text),
  ),
  parser('dmsetup info', golden.deviceMaps, parseDeviceMaps, (maps, text) =>
    text.trim() === 'No devices found' ? 0 : perLine(maps, text),
  ),
  parser('holders', golden.holders, (text) => parseHolders(text), perLine),
  parser('kpartx -a', recorded(/^kpartx -a/), parseAddedMaps, perLine),
  parser('kpartx -d', recorded(/^kpartx -d -v(?! -r)/), parseRemovedMaps, (value, text) =>
    perLine([...value.removed, ...value.busy], text),
  ),
  parser('mountinfo', recorded(/^cat \/proc\/self\/mountinfo/), parseMountInfo, perLine),
  parser('stat', ['64769 2\n'], parseRootIdentity),
  parser(
    'parted -j',
    recorded(/^parted -s -j/).filter((text) => /"label": "(?:msdos|gpt)"/.test(text)),
    parseJsonTable,
    (table, text) => jsonRows(text, 'disk', 'partitions') - table.partitions.length,
  ),
  parser(
    'parted -m',
    recorded(/^parted -s -m/).filter((text) => /:(?:msdos|gpt):/.test(text)),
    parseMachineTable,
    (table, text) => text.replace(/\n$/, '').split('\n').length - 2 - table.partitions.length,
  ),
  parser('sha256sum', golden.digests, (text) => parseDigests(text, 2), perLine),
  parser('od', ['00ff\nabcd01\n'], (text) => parseBytes(text, [2, 3]), perLine),
];

const lvmParsers: readonly Parser[] = [
  parser('vgs', [lvmReport('vg', lvmRow.group)], parseVolumeGroups, rows('vg')),
  parser(
    'lvs',
    [lvmReport('lv', lvmRow.volume, lvmRow.snapshot)],
    parseLogicalVolumes,
    (v, text) => new Set(text.match(/"lv_uuid":[^,}]*/g)).size - v.length,
  ),
  parser('pvs', [lvmReport('pv', lvmRow.physicalVolume)], parsePhysicalVolumes, rows('pv')),
  parser('lvs --segments', [lvmReport('seg', lvmRow.segment)], parseSegments, rows('seg')),
  parser('lvmconfig', recorded(/^lvmconfig/), parseGlobalFilter, (list) => (list.length ? 0 : 1)),
  parser('a snapshot', golden.snapshotStates, parseSnapshotStatus),
  parser('fill', golden.fills, (text) => parseFills(text, golden.watched)),
];

const otherParsers: readonly Parser[] = [
  parser(
    'find',
    ['d sub\u0000f b c\u0000l link\u0000f -a\nb\u0000'],
    parseList,
    (list, text) => count(text, /\u0000/g) - list.length,
  ),
  parser(
    'virsh list',
    recorded(/^virsh .*list --all$/),
    parseDomainList,
    (list, text) =>
      lines(text).length - 2 - count(text, /^\s*(?:\d+|-)\s+Domain-0\s+[a-z ]+$/gm) - list.length,
  ),
  parser(
    'virsh list --name',
    ['Domain-0\ndc1\nweb 01\n\n'],
    parseDomainNames,
    (list, text) =>
      text.split('\n').filter((name) => name !== '' && name !== 'Domain-0').length - list.length,
  ),
  parser('virsh domstate', ['running\n\n', 'shut off\n\n'], parseDomainState),
  parser('virsh dominfo', recorded(/^virsh .*dominfo/), parseAutostart),
  parser(
    'virsh dumpxml',
    [...recorded(/^virsh .*dumpxml/), fixture('article/dc1-virsh.xml')],
    parseDomainDefinition,
    (domain, text) =>
      count(text.replace(/<!--.*?-->|<!\[CDATA\[.*?\]\]>/gs, ''), /<disk[\s>]/g) -
      domain.disks.length,
  ),
  parser('a hold', ['x\n{"guest":"dc1","timer":"systemd"}\n'], parseHoldFile),
  parser('a release', golden.releases, parseRelease),
  parser('virsh domfsfreeze', ['Froze 2 filesystem(s)\n'], parseFrozen),
  parser('the owner of a lock', golden.owners, parseOwner),
  parser(
    'udevadm',
    golden.properties,
    parseProperties,
    (map, text) => lines(text).length - map.size,
  ),
  parser('tools', ['lvs\t/sbin/lvs\nrsync\t\n'], (text) => parseFoundTools(['lvs', 'rsync'], text)),
  parser('rsync', golden.copies, (text) => {
    const output = new CopyOutputParser(() => undefined);
    output.push(text);
    output.end();
    return output.statistics();
  }),
  parser('ssh -G', golden.sshSettings, (text) =>
    parseSettings(text, { address: 'dom0b' }, { home: '/root', environment: {} }),
  ),
  parser('known_hosts', golden.knownHosts, (text) => parseKnownHosts('known_hosts', text)),
  parser('the first line of a session', ['xen-backup session 71 71 4711'], (text) =>
    parseFirstLine(host, ['true'], text),
  ),
];

const ownParsers: readonly Parser[] = [
  parser(
    'fstab',
    golden.fstabs,
    parseFstab,
    ({ entries, malformed }, text) =>
      lines(text).filter((line) => !line.trim().startsWith('#')).length -
      entries.length -
      malformed.length,
  ),
  parser('journal', golden.journals, readJournal, ({ entries, damagedLines }, text) => {
    const written = text.split('\n').filter((line) => line !== '').length;
    // A last line without its end is what a power cut leaves: it may be left out.
    const known = entries.length + damagedLines.length;
    return known === written - 1 && !text.endsWith('\n') ? 0 : written - known;
  }),
  parser('record', golden.records, parseRecord),
  {
    // The operator's own file. The parser of YAML takes seconds for a megabyte.
    ...parser(
      'configuration',
      [configurationYaml],
      (text) => configurationOf({ yaml: text }),
      guestsOf,
    ),
    longest: 20_000,
  },
  parser('a file of 2009', [confFile], (text) => configurationOf({ conf: text }), guestsOf),
];

function configurationOf(texts: { readonly yaml?: string; readonly conf?: string }) {
  const file = (text: string | undefined) => (text === undefined ? [] : [{ path: '/etc/x', text }]);
  const [yaml, conf] = [file(texts.yaml), file(texts.conf)];
  return assembleConfiguration({ yaml, conf, problems: [], homeDirectory: '/root' });
}

/** A configuration that is taken has its guests: one that lost them all was not understood. */
function guestsOf(assembly: ReturnType<typeof assembleConfiguration>, text: string): number {
  if (assembly.kind === 'invalid') return 0;
  const isNamed = /^(?:guests:\s|\s*DOMU=)/m.test(text);
  return isNamed && assembly.resolved.configuration.guests.length === 0 ? 1 : 0;
}

/** Every strict parser there is. */
export const parsers: readonly Parser[] = [
  ...blockParsers,
  ...lvmParsers,
  ...otherParsers,
  ...ownParsers,
];
