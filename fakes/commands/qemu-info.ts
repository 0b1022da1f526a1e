import type { Qcow2State } from '../block/types.js';

/** `qemu-img info --output=json` of QEMU 7.2, in its own order of keys (recorded). */
export function imageInfoText(path: string, sizeBytes: number, state: Qcow2State): string {
  const info = {
    ...(state.snapshots === undefined ? {} : { snapshots: state.snapshots.map(snapshot) }),
    ...(state.backingFile === undefined ? {} : { 'backing-filename-format': 'qcow2' }),
    'virtual-size': sizeBytes,
    filename: path,
    'cluster-size': 65_536,
    format: 'qcow2',
    'actual-size': 200_704,
    'format-specific': {
      type: 'qcow2',
      data: {
        compat: '1.1',
        'compression-type': 'zlib',
        'lazy-refcounts': false,
        'refcount-bits': 16,
        ...(state.encrypted === true ? { encrypt: encryption } : {}),
        ...(state.dataFile === undefined ? {} : { 'data-file': state.dataFile }),
        ...(state.dataFile === undefined ? {} : { 'data-file-raw': true }),
        corrupt: state.corrupt === true,
        'extended-l2': false,
      },
    },
    ...(state.encrypted === true ? { encrypted: true } : {}),
    ...(state.backingFile === undefined ? {} : { 'full-backing-filename': state.backingFile }),
    ...(state.backingFile === undefined ? {} : { 'backing-filename': state.backingFile }),
    'dirty-flag': state.dirty === true,
  };
  return `${JSON.stringify(info, null, 4)}\n`;
}

const encryption = {
  'ivgen-alg': 'plain64',
  'hash-alg': 'sha256',
  'cipher-alg': 'aes-256',
  format: 'luks',
  'cipher-mode': 'xts',
};

function snapshot(name: string, index: number) {
  return {
    icount: 0,
    'vm-clock-nsec': 0,
    name,
    'date-sec': 1_795_451_101,
    'date-nsec': 264_734_000,
    'vm-clock-sec': 0,
    id: String(index + 1),
    'vm-state-size': 0,
  };
}
