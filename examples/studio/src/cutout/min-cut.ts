/**
 * The cheapest way of parting a grid of pixels in two: the minimum cut by Boykov and Kolmogorov's method, which grows a
 * tree from either end, pushes flow where they touch, and mends what broke instead of starting over.
 */

/** Eight neighbours; the direction back is 7 minus the direction there. */
export const DIRECTIONS: readonly (readonly [x: number, y: number])[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
];

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** For each pixel how much it costs to part it from the source, less what it costs from the sink. */
  readonly terminal: Float32Array;
  /** For each pixel and direction what it costs to part the two; 0 across the border. Used up by the cut. */
  readonly between: Float32Array;
}

const FREE = 0;
const SOURCE = 1;
const SINK = 2;
/** In place of a direction to the parent. */
const ROOT = 8;
const NONE = 9;

/** 1 for every pixel on the source's side. */
export function minCut(grid: Grid): Uint8Array {
  const cut = new Cut(grid);
  cut.run();
  return cut.side();
}

class Cut {
  readonly #terminal: Float32Array;
  readonly #between: Float32Array;
  readonly #step: readonly number[];
  readonly #tree: Uint8Array;
  readonly #parent: Uint8Array;
  /** When a node was last seen to hang on its terminal, and how far from it. */
  readonly #seen: Int32Array;
  readonly #depth: Int32Array;
  readonly #queued: Uint8Array;
  #active: number[] = [];
  #orphans: number[] = [];
  #time = 0;

  constructor({ width, height, terminal, between }: Grid) {
    const nodes = width * height;
    this.#terminal = terminal;
    this.#between = between;
    this.#step = DIRECTIONS.map(([x, y]) => y * width + x);
    this.#tree = new Uint8Array(nodes);
    this.#parent = new Uint8Array(nodes).fill(NONE);
    this.#seen = new Int32Array(nodes);
    this.#depth = new Int32Array(nodes);
    this.#queued = new Uint8Array(nodes);
    for (let node = 0; node < nodes; node++) {
      const capacity = terminal[node] as number;
      if (capacity === 0) continue;
      this.#tree[node] = capacity > 0 ? SOURCE : SINK;
      this.#parent[node] = ROOT;
      this.#depth[node] = 1;
      this.#wake(node);
    }
  }

  run(): void {
    let head = 0;
    while (head < this.#active.length) {
      const node = this.#active[head] as number;
      const meeting = this.#tree[node] === FREE ? null : this.#grow(node);
      if (meeting === null) {
        this.#queued[node] = 0;
        head += 1;
        if (head > 65_536) {
          this.#active = this.#active.slice(head);
          head = 0;
        }
        continue;
      }
      this.#time += 1;
      this.#push(meeting);
      while (this.#orphans.length > 0) this.#adopt(this.#orphans.pop() as number);
    }
  }

  side(): Uint8Array {
    return this.#tree.map((tree) => (tree === SOURCE ? 1 : 0));
  }

  #wake(node: number): void {
    if (this.#queued[node] === 1) return;
    this.#queued[node] = 1;
    this.#active.push(node);
  }

  /** What can still flow between two neighbours, away from the source. */
  #flows(from: number, direction: number): number {
    if (this.#tree[from] === SOURCE) return this.#between[from * 8 + direction] as number;
    return this.#between[(from + (this.#step[direction] as number)) * 8 + 7 - direction] as number;
  }

  /** Whether there is a neighbour at all: none across the border. */
  #leads(from: number, direction: number): boolean {
    const to = from + (this.#step[direction] as number);
    return to >= 0 && to < this.#tree.length;
  }

  /** Takes free neighbours into the node's tree. Where the other tree is reached: the arc, from source to sink. */
  #grow(node: number): { from: number; direction: number } | null {
    const tree = this.#tree[node] as number;
    for (let direction = 0; direction < 8; direction++) {
      if (!this.#leads(node, direction) || this.#flows(node, direction) <= 0) continue;
      const next = node + (this.#step[direction] as number);
      if (this.#tree[next] === FREE) {
        this.#tree[next] = tree;
        this.#parent[next] = 7 - direction;
        this.#seen[next] = this.#seen[node] as number;
        this.#depth[next] = (this.#depth[node] as number) + 1;
        this.#wake(next);
      } else if (this.#tree[next] !== tree) {
        return tree === SOURCE ? { from: node, direction } : { from: next, direction: 7 - direction };
      }
    }
    return null;
  }

  /** Pushes as much as fits along the path; what is filled by it loses its parent. */
  #push({ from, direction }: { from: number; direction: number }): void {
    const to = from + (this.#step[direction] as number);
    const most = Math.min(
      this.#between[from * 8 + direction] as number,
      this.#roomToRoot(from),
      this.#roomToRoot(to),
    );
    this.#shift(from, { direction, by: most });
    this.#fill(from, most);
    this.#fill(to, most);
  }

  #shift(from: number, { direction, by }: { direction: number; by: number }): void {
    const back = (from + (this.#step[direction] as number)) * 8 + 7 - direction;
    this.#between[from * 8 + direction] = (this.#between[from * 8 + direction] as number) - by;
    this.#between[back] = (this.#between[back] as number) + by;
  }

  /** The arc between a node and its parent as a source's tree has it (down) or a sink's (up). */
  #roomToParent(node: number): number {
    const direction = this.#parent[node] as number;
    const parent = node + (this.#step[direction] as number);
    return (
      this.#tree[node] === SOURCE
        ? this.#between[parent * 8 + 7 - direction]
        : this.#between[node * 8 + direction]
    ) as number;
  }

  #roomToRoot(start: number): number {
    let node = start;
    let room = Number.POSITIVE_INFINITY;
    while (this.#parent[node] !== ROOT) {
      room = Math.min(room, this.#roomToParent(node));
      node += this.#step[this.#parent[node] as number] as number;
    }
    return Math.min(room, Math.abs(this.#terminal[node] as number));
  }

  #fill(start: number, by: number): void {
    let node = start;
    while (this.#parent[node] !== ROOT) {
      const direction = this.#parent[node] as number;
      const parent = node + (this.#step[direction] as number);
      if (this.#tree[node] === SOURCE) this.#shift(parent, { direction: 7 - direction, by });
      else this.#shift(node, { direction, by });
      if (this.#roomToParent(node) <= 0) this.#orphan(node);
      node = parent;
    }
    const left = this.#terminal[node] as number;
    this.#terminal[node] = left > 0 ? Math.max(0, left - by) : Math.min(0, left + by);
    if (this.#terminal[node] === 0) this.#orphan(node);
  }

  #orphan(node: number): void {
    this.#parent[node] = NONE;
    this.#orphans.push(node);
  }

  /** Finds the nearest new parent of its own tree, or sets the node free and its children adrift. */
  #adopt(node: number): void {
    let best = NONE;
    let nearest = Number.POSITIVE_INFINITY;
    for (let direction = 0; direction < 8; direction++) {
      if (!this.#isKin(node, direction)) continue;
      const depth = this.#depthOf(node + (this.#step[direction] as number));
      if (depth < nearest) {
        nearest = depth;
        best = direction;
      }
    }
    this.#parent[node] = best;
    if (best !== NONE) {
      this.#seen[node] = this.#time;
      this.#depth[node] = nearest + 1;
      return;
    }
    for (let direction = 0; direction < 8; direction++) {
      if (!this.#leads(node, direction)) continue;
      const next = node + (this.#step[direction] as number);
      if (this.#tree[next] !== this.#tree[node]) continue;
      if (this.#isKin(node, direction)) this.#wake(next);
      if (this.#parent[next] === 7 - direction) this.#orphan(next);
    }
    this.#tree[node] = FREE;
  }

  /** A neighbour of the same tree from which (source) or to which (sink) something can flow. */
  #isKin(node: number, direction: number): boolean {
    if (!this.#leads(node, direction)) return false;
    const next = node + (this.#step[direction] as number);
    if (this.#tree[next] !== this.#tree[node]) return false;
    return this.#flows(next, 7 - direction) > 0;
  }

  /** How far a node is from its terminal; infinite where it hangs on an orphan. Marks the way that it went. */
  #depthOf(start: number): number {
    let node = start;
    let steps = 0;
    while (this.#seen[node] !== this.#time || this.#parent[node] === NONE) {
      const parent = this.#parent[node] as number;
      if (parent === NONE) return Number.POSITIVE_INFINITY;
      if (parent === ROOT) {
        this.#seen[node] = this.#time;
        this.#depth[node] = 1;
        break;
      }
      steps += 1;
      node += this.#step[parent] as number;
    }
    const depth = (this.#depth[node] as number) + steps;
    let left = depth;
    for (node = start; this.#seen[node] !== this.#time; left--) {
      this.#seen[node] = this.#time;
      this.#depth[node] = left;
      node += this.#step[this.#parent[node] as number] as number;
    }
    return depth;
  }
}
