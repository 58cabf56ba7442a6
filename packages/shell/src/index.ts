export { type Explanation, explainError } from './errors/explainError.ts';
export { install, installPrompt } from './install/installPrompt.ts';
export { formatBytes } from './storage/formatBytes.ts';
export { persistStorage, type StorageEstimate, storageEstimate } from './storage/storageEstimate.ts';
export { type Theme, type ThemeChoice, theme, themeChoice, toggleTheme } from './theme/theme.ts';
export { type Toast, toast } from './toast/toast.ts';
export { AppHeader, type AppHeaderProps } from './ui/AppHeader.tsx';
export { deferred } from './ui/deferred.tsx';
export { ErrorBanner, type ErrorBannerProps } from './ui/ErrorBanner.tsx';
export { Icon, type IconName } from './ui/Icon.tsx';
export { InstallButton } from './ui/InstallButton.tsx';
export { ModalDialog, type ModalDialogProps } from './ui/ModalDialog.tsx';
export { OfflineIndicator } from './ui/OfflineIndicator.tsx';
export { StorageMeter } from './ui/StorageMeter.tsx';
export { ThemeToggle } from './ui/ThemeToggle.tsx';
export { Toasts } from './ui/Toasts.tsx';
export { UpdatePrompt } from './ui/UpdatePrompt.tsx';
export {
  acceptUpdate,
  registerServiceWorker,
  type ServiceWorkerOptions,
  updateState,
} from './update/serviceWorker.ts';
