export type { CheckReport, Finding } from './finding.js';
export { judgeMachines, type Machine } from './machines.js';
export { judgePlan } from './plans.js';
export { oldestRsync, tooOldRsyncs } from './rsync.js';
export { bootFiles, bridgesOf, judgeStandby } from './standby.js';
export { judgeTools, neededTools, timerTools } from './tools.js';
export { unknownVolumes, unknownVolumesRemedy } from './unknown-volumes.js';
export { uncoveredGuests } from './uncovered.js';
