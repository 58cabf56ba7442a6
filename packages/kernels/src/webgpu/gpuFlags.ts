/** WebGPU's flags by number, as its specification has them: TypeScript's library knows their types only. */
export const BUFFER = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80 } as const;
export const MAP = { READ: 0x1 } as const;
