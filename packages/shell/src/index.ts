/** What the pages use; build plugins and styles have addresses of their own. */
export { explainError } from './errors/explainError.ts';
export { persistStorage } from './storage/storageEstimate.ts';
export { theme } from './theme/theme.ts';
export { toast } from './toast/toast.ts';
export { AppHeader } from './ui/AppHeader.tsx';
export { deferred } from './ui/deferred.tsx';
export { ErrorBanner } from './ui/ErrorBanner.tsx';
export { Icon, type IconName } from './ui/Icon.tsx';
export { ModalDialog } from './ui/ModalDialog.tsx';
export { StorageMeter } from './ui/StorageMeter.tsx';
export { Toasts } from './ui/Toasts.tsx';
export { UpdatePrompt } from './ui/UpdatePrompt.tsx';
export { registerServiceWorker, updateState } from './update/serviceWorker.ts';
