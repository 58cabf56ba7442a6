/** @param folder URL or path of a model's folder, with or without a closing slash */
export const manifestAddress = (folder: string): string => `${inFolder(folder)}manifest.json`;

/** With a closing slash. */
export const inFolder = (folder: string): string => (/[/\\]$/.test(folder) ? folder : `${folder}/`);
