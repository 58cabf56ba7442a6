// A box of numbers that up to three tensors walk in row-major order, with strides of their own; those that read
// backwards have negative ones, which wrap around.

struct Walk {
  count: u32,
  rank: u32,
  // What some operators take beside their tensors.
  alpha: f32,
  beta: f32,
  // Where each tensor begins.
  start: vec3<u32>,
  // What is computed of them, by its number in walkGpu.ts.
  operation: u32,
  // Outermost first: the size, and the stride of each tensor.
  dimensions: array<vec4<u32>, 8>,
}

@group(0) @binding(0) var<uniform> box: Walk;

fn placesOf(index: u32) -> vec3<u32> {
  var left = index;
  var at = box.start;
  for (var d = box.rank; d > 0u; d--) {
    let dimension = box.dimensions[d - 1u];
    at += (left % dimension.x) * dimension.yzw;
    left /= dimension.x;
  }
  return at;
}

// Grids are as wide as they may be, and then as high as they must.
fn flatIndex(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.y * groups.x * 64u + id.x;
}
