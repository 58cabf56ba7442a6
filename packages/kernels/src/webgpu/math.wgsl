// A processor may take exp for infinite where it is large, so arguments stay where e^x is a number.

fn sigmoid4(x: vec4<f32>) -> vec4<f32> {
  return 1.0 / (1.0 + exp(clamp(-x, vec4<f32>(-80.0), vec4<f32>(80.0))));
}

// Near 0 a series, where 1 - e^-2x would lose its digits: at 0.1 the first term left out is 5e-9.
fn tanh4(x: vec4<f32>) -> vec4<f32> {
  let e = exp(-2.0 * min(abs(x), vec4<f32>(20.0)));
  let far = (1.0 - e) / (1.0 + e);
  let square = x * x;
  let near = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0)));
  return select(select(far, -far, x < vec4<f32>()), near, abs(x) < vec4<f32>(0.1));
}

fn sigmoid1(x: f32) -> f32 {
  return sigmoid4(vec4<f32>(x)).x;
}

fn tanh1(x: f32) -> f32 {
  return tanh4(vec4<f32>(x)).x;
}
