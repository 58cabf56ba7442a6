// One number of many: a thread for each number that is left, which walks those that go.

struct Reduction {
  count: u32,
  outerRank: u32,
  // Numbers that each one is made of, and their dimensions.
  inner: u32,
  innerRank: u32,
  // Of `reduce` and of `place`, each its own numbers.
  kind: u32,
  // Dimensions, (size, stride): those that are left, from 4 on those that go.
  dimensions: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> reduction: Reduction;
@group(0) @binding(1) var<storage, read> many: array<f32>;
@group(0) @binding(2) var<storage, read_write> one: array<f32>;
@group(0) @binding(2) var<storage, read_write> which: array<i32>;

fn placeAmong(first: u32, rank: u32, index: u32) -> u32 {
  var left = index;
  var at = 0u;
  for (var d = rank; d > 0u; d--) {
    let dimension = reduction.dimensions[first + d - 1u];
    at += (left % dimension.x) * dimension.y;
    left /= dimension.x;
  }
  return at;
}

// 0 sum, 1 mean, 2 max, 3 min, 4 product, 5 sum of squares, 6 sum of sizes, 7 root of the sum of squares
@compute @workgroup_size(64)
fn reduce(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= reduction.count) { return; }
  let begin = placeAmong(0u, reduction.outerRank, i);
  var value = select(0.0, 1.0, reduction.kind == 4u);
  if (reduction.kind == 2u || reduction.kind == 3u) { value = many[begin]; }
  for (var k = 0u; k < reduction.inner; k++) {
    let x = many[begin + placeAmong(4u, reduction.innerRank, k)];
    switch (reduction.kind) {
      case 2u: { value = max(value, x); }
      case 3u: { value = min(value, x); }
      case 4u: { value *= x; }
      case 5u, 7u: { value += x * x; }
      case 6u: { value += abs(x); }
      default: { value += x; }
    }
  }
  if (reduction.kind == 1u) { value /= f32(reduction.inner); }
  if (reduction.kind == 7u) { value = sqrt(value); }
  one[i] = value;
}

// Bit 0: of the smallest; bit 1: of several the last.
@compute @workgroup_size(64)
fn place(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= reduction.count) { return; }
  let begin = placeAmong(0u, reduction.outerRank, i);
  let side = select(1.0, -1.0, (reduction.kind & 1u) != 0u);
  var best = side * many[begin];
  var at = 0u;
  for (var k = 1u; k < reduction.inner; k++) {
    let x = side * many[begin + placeAmong(4u, reduction.innerRank, k)];
    if (x > best || (x == best && (reduction.kind & 2u) != 0u)) {
      best = x;
      at = k;
    }
  }
  which[i] = i32(at);
}
