import { describe, expect, it } from 'vitest';
import { unknownVolumes } from './unknown-volumes.js';

const group = {
  name: 'VolGroupXX',
  uuid: 'b13MYh-ddCR-O8RX-tzh1-0rL3-Wv2d-wtaLmf',
  sizeBytes: 1,
  freeBytes: 1,
  extentSizeBytes: 1,
};
const inventory = { volumeGroups: [group], logicalVolumes: [] };
const volume = 'y1eXXONLf2YMgBznmRLzOysW4t2pd7mE';

describe('unknownVolumes', () => {
  it('knows the host’s own volumes, hidden ones too, by the UUID of their group', () => {
    const uuid = `LVM-b13MYhddCRO8RXtzh10rL3Wv2dwtaLmf${volume}`;
    const maps = [
      { name: 'VolGroupXX-LogVolDc1', uuid },
      { name: 'VolGroupXX-LogVolDc1-cow', uuid: `${uuid}-cow` },
    ];
    expect(unknownVolumes(maps, inventory)).toEqual([]);
  });

  it('names a volume of any other group: a guest’s that was activated on the host', () => {
    const maps = [{ name: 'VolGroup00-LogVol00', uuid: `LVM-${'a'.repeat(32)}${volume}` }];
    expect(unknownVolumes(maps, inventory)).toEqual(['VolGroup00-LogVol00']);
  });

  it.each(['', 'XENBACKUP-abcdefghij-1', 'mpath-3600', 'CRYPT-LUKS2-x', 'LVM-short'])(
    'says nothing of a map with the UUID %j',
    (uuid) => {
      expect(unknownVolumes([{ name: 'x', uuid }], inventory)).toEqual([]);
    },
  );
});
