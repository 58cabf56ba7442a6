/** Where the person's choice of light or dark is kept, for every page of the site. */
export const THEME_KEY = 'rivulet-theme';
