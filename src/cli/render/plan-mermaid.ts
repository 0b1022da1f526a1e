import {
  type Content,
  type DeviceNode,
  type DeviceTree,
  formatBytes,
  type GuestPlan,
  printable,
  type TargetPlan,
} from '../../core/index.js';

/** Devices, file systems and transfers as a Mermaid flow chart; one block for each guest. */
export function planMermaid(plans: readonly GuestPlan[]): string {
  const chart = new Chart();
  for (const plan of plans) chart.guest(plan);
  return `flowchart LR\n${chart.text}`;
}

class Chart {
  #lines: string[] = [];
  #count = 0;

  get text(): string {
    return this.#lines.map((line) => `  ${line}\n`).join('');
  }

  guest(plan: GuestPlan): void {
    this.#block(`guest ${plan.guest}`, () => {
      const sources = this.#host(`source ${plan.source}`, plan.tree, plan);
      for (const target of plan.targets) this.#target(target, plan, sources);
    });
  }

  #target(target: TargetPlan, plan: GuestPlan, sources: ReadonlyMap<string, string>): void {
    const { host, tree, transfers, refusal } = target;
    const title = refusal === undefined ? `target ${host}` : `target ${host}: ${refusal.reason}`;
    const targets = this.#host(title, tree ?? { disks: [], volumeGroups: [] }, plan);
    transfers.forEach(({ position, by }, index) => {
      const [from, onto] = [sources.get(position), targets.get(position)];
      if (from !== undefined && onto !== undefined) {
        this.#lines.push(`${from} ==>|${by === 'files' ? 'copy' : by} ${index + 1}| ${onto}`);
      }
    });
  }

  /** @returns node by position. */
  #host(title: string, tree: DeviceTree, plan: GuestPlan): ReadonlyMap<string, string> {
    const nodes = new Map<string, string>();
    this.#block(title, () => {
      for (const disk of tree.disks) this.#device(disk, plan, nodes);
      for (const { group, physicalVolumes, volumes } of tree.volumeGroups) {
        const id = this.#node(`volume group ${group.name}`);
        for (const position of physicalVolumes) this.#edge(nodes.get(position), id);
        for (const volume of volumes) this.#edge(id, this.#device(volume, plan, nodes));
      }
      if (nodes.size === 0) this.#node('not opened');
    });
    return nodes;
  }

  #device(node: DeviceNode, plan: GuestPlan, nodes: Map<string, string>): string {
    const mount = plan.mounts.order.find(({ position }) => position === node.position);
    const parts = [node.position, formatBytes(node.sizeBytes), contentWord(node.content)];
    const id = this.#node(
      [...parts, mount?.guestPath ?? ''].filter((part) => part !== '').join(' '),
    );
    nodes.set(node.position, id);
    for (const child of node.children) this.#edge(id, this.#device(child, plan, nodes));
    return id;
  }

  #block(title: string, content: () => void): void {
    this.#lines.push(`subgraph ${this.#nextId()}["${escapeLabel(title)}"]`);
    content();
    this.#lines.push('end');
  }

  #node(label: string): string {
    const id = this.#nextId();
    this.#lines.push(`${id}["${escapeLabel(label)}"]`);
    return id;
  }

  #edge(from: string | undefined, onto: string): void {
    if (from !== undefined) this.#lines.push(`${from} --> ${onto}`);
  }

  #nextId(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }
}

function contentWord(content: Content): string {
  switch (content.kind) {
    case 'blank':
      return '';
    case 'partition-table':
      return content.label;
    case 'physical-volume':
      return 'LVM';
    case 'swap':
      return 'swap';
    case 'file-system':
    case 'other':
      return content.type;
  }
}

/** Names are a guest's: nothing of them may end the label or become markup. */
function escapeLabel(text: string): string {
  return printable(text).replaceAll(/["#<>&`;\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
