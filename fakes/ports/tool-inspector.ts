import type { HostIdentityReader, ToolInspector } from '../../src/ports/index.js';
import { exists } from '../filesystem/files.js';
import { inodeAt, locate } from '../filesystem/path-walk.js';
import type { Machine } from '../world/state.js';

/** Tools of a simulated machine. */
export function simulatedToolInspector(machine: Machine): ToolInspector {
  return {
    inspect: async (tools) =>
      tools.map((tool) => {
        const installed = machine.tools.get(tool);
        return installed === undefined ? { tool } : { tool, version: installed.version };
      }),
    hasNetworkInterface: async (name) => machine.networkInterfaces.has(name),
    hasFile: async (path) =>
      exists(machine, path) && inodeAt(machine, locate(machine, path)).kind === 'f',
  };
}

/** Who a simulated machine is. */
export function simulatedHostIdentity(machine: Machine): HostIdentityReader {
  const { machineId, nodeName } = machine;
  return { read: async () => ({ bootId: machine.bootId, machineId, nodeName }) };
}
