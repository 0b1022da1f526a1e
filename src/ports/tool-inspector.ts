/** A tool that xen-backup needs on a host. */
export interface ToolVersion {
  readonly tool: string;
  /** Absent when the tool is not installed. */
  readonly version?: string;
}

/** Which tools a host has. */
export interface ToolInspector {
  /** Versions of the tools named, in the order given. */
  inspect(tools: readonly string[]): Promise<readonly ToolVersion[]>;
  /** True when the host has this network bridge or interface. */
  hasNetworkInterface(name: string): Promise<boolean>;
  /** True when the path exists and is a regular file. */
  hasFile(path: string): Promise<boolean>;
}
