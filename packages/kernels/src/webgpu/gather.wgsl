// Rows at places that the data names, and the check that there are such places.

struct Gathered {
  count: u32,
  // Rows to choose from, their numbers, and the places asked for.
  size: u32,
  row: u32,
  places: u32,
}

@group(0) @binding(0) var<uniform> gathered: Gathered;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> rowsFound: array<u32>;

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= gathered.count) { return; }
  let outer = i / (gathered.places * gathered.row);
  let given = indices[(i / gathered.row) % gathered.places];
  let index = select(given, given + i32(gathered.size), given < 0);
  // Outside nothing is found; the check has its own error for it.
  if (index < 0 || index >= i32(gathered.size)) { return; }
  rowsFound[i] = table[(outer * gathered.size + u32(index)) * gathered.row + i % gathered.row];
}

struct Bounds {
  count: u32,
  // The check's own number.
  check: u32,
  low: i32,
  high: i32,
}

@group(0) @binding(0) var<uniform> bounds: Bounds;
@group(0) @binding(1) var<storage, read> checked: array<i32>;
// How many numbers were outside; the check and the number that came first.
@group(0) @binding(2) var<storage, read_write> faults: array<atomic<u32>>;

@compute @workgroup_size(64)
fn within(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= bounds.count) { return; }
  let value = checked[i];
  if (value >= bounds.low && value <= bounds.high) { return; }
  if (atomicAdd(&faults[0], 1u) == 0u) {
    atomicStore(&faults[1], bounds.check);
    atomicStore(&faults[2], bitcast<u32>(value));
  }
}
