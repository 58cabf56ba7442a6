export * from './attr.ts';
export * from './dtypeProperty.ts';
export * from './onnxModel.ts';
export * from './onnxType.ts';
export * from './readOnnx.ts';
export * from './readSubgraph.ts';
export * from './writeOnnx.ts';
