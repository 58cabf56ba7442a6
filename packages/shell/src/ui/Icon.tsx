/** Line icons of one weight, drawn here so that no icon font or sprite has to load. */

/** Paths in a 24 x 24 box, stroked. */
const PATHS = {
  add: 'M12 5v14M5 12h14',
  alert:
    'M12 8v5m0 3.2v.1M10.4 4.2 2.9 17.3A1.9 1.9 0 0 0 4.5 20h15a1.9 1.9 0 0 0 1.6-2.7L13.6 4.2a1.9 1.9 0 0 0-3.2 0z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'm6 6 12 12M18 6 6 18',
  copy: 'M9 9h9.5A1.5 1.5 0 0 1 20 10.5V19a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 19zM5.5 15A1.5 1.5 0 0 1 4 13.5V5a1.5 1.5 0 0 1 1.5-1.5h8A1.5 1.5 0 0 1 15 5',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M5 19.5h14',
  help: 'M9.5 9.2a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.2 1-1.2 1.9m0 3.2v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  info: 'M12 11v5.5m0-9.2v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  install: 'M12 3.5V13m0 0-3.5-3.5M12 13l3.5-3.5M7 6.5H4.5v13h15v-13H17',
  moon: 'M20 14.2A8.2 8.2 0 0 1 9.8 4 8.2 8.2 0 1 0 20 14.2z',
  more: 'M12 5.5v.1m0 6.3v.1m0 6.4v.1',
  notes: 'M7 3.5h7.5L19 8v12.5H5.5V5A1.5 1.5 0 0 1 7 3.5zM14 4v4.5h4.5M9 13h6m-6 3.5h4',
  offline:
    'm4 4 16 16M8.5 15.5a5 5 0 0 1 6.6-.3M5.3 12.2a9.5 9.5 0 0 1 3.7-2.3m4-.6a9.5 9.5 0 0 1 5.7 2.9M2.3 9a14 14 0 0 1 3.4-2.3m4-1.5A14 14 0 0 1 21.7 9M12 19v.1',
  redo: 'M16 5l4 4-4 4m4-4H9.5a5.5 5.5 0 0 0 0 11H14',
  sun: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2m0 15v2m9.5-9.5h-2m-15 0h-2m16.2-6.7-1.4 1.4M6.7 17.3l-1.4 1.4m13.4 0-1.4-1.4M6.7 6.7 5.3 5.3',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7m3 0-.8 12.5H7.3L6.5 7m3.8 3.8v5m3.4-5v5',
  undo: 'M8 5 4 9l4 4M4 9h10.5a5.5 5.5 0 0 1 0 11H10',
  upload: 'M12 15.5v-11m0 0-4 4m4-4 4 4M5 19.5h14',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="rv-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
