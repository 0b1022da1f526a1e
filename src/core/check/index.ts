export type { CheckReport, Finding, FindingLevel } from './finding.js';
export { judgePlan } from './plans.js';
export { bootFiles, bridgesOf, judgeStandby } from './standby.js';
export { judgeTools, neededTools } from './tools.js';
