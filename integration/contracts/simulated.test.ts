import type { MakeBlockHost } from './block-host.js';
import { describeContentProbeContract } from './content-probe.contract.js';
import { describeDeviceEventsContract } from './device-events.contract.js';
import { describeDeviceMapperContract } from './device-mapper.contract.js';
import { describeGuestVolumesContract } from './guest-volumes.contract.js';
import { describeMounterContract } from './mounter.contract.js';
import { describePartitionMapperContract } from './partition-mapper.contract.js';
import { describePartitionTableReaderContract } from './partition-table-reader.contract.js';
import { adapterPorts, simulatedBlockHost } from './simulated-block-host.js';
import { describeRegionReaderContract } from './region-reader.contract.js';
import { describeVolumeManagerContract } from './volume-manager.contract.js';

const name = 'the real adapters on a simulated machine';
const makeHost: MakeBlockHost = async () => simulatedBlockHost(adapterPorts);

describeVolumeManagerContract(name, makeHost);
describeGuestVolumesContract(name, makeHost);
describeDeviceMapperContract(name, makeHost);
describePartitionMapperContract(name, makeHost);
describePartitionTableReaderContract(name, makeHost);
describeContentProbeContract(name, makeHost);
describeRegionReaderContract(name, makeHost);
describeMounterContract(name, makeHost);
describeDeviceEventsContract(name, makeHost);
