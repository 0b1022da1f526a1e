export { createHypervisor, type HypervisorOptions } from './adapter.js';
export { parseDomainDefinition } from './domain-definition.js';
export type { XmlElement } from './xml-element.js';
export { maxDocumentBytes } from './xml-guard.js';
export { parseXml } from './xml-parse.js';
export { evaluateXPath, parseXPath, type XPath, type XPathMatch } from './xpath.js';
