// The same bits in other places: Transpose, Slice, Concat, Pad, Gather, Expand, Split, Tile, and initial states.

@group(0) @binding(1) var<storage, read> copied: array<u32>;
@group(0) @binding(2) var<storage, read_write> copies: array<u32>;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= box.count) { return; }
  let at = placesOf(i);
  copies[at.y] = copied[at.x];
}

@group(0) @binding(1) var<storage, read_write> filled: array<f32>;

@compute @workgroup_size(64)
fn fill(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i < box.count) { filled[i] = box.alpha; }
}
