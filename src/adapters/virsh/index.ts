export { createHypervisor } from './adapter.js';
export { parseDomainDefinition } from './domain-definition.js';
export { parseXml } from './xml-parse.js';
export { evaluateXPath, parseXPath, type XPath, type XPathMatch } from './xpath.js';
