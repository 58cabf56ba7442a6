/** Something that may fail, and the sentence in its dialog that says why it did. */
import { useSignal } from '@preact/signals';
import { explainError } from '@rivulet/shell';
import type { ComponentChildren } from 'preact';

/** @returns `attempt`, which never rejects, and `problem`, to stand in the dialog: what failed last, or nothing */
export function useAttempt() {
  const sentence = useSignal('');
  const attempt = async (make: () => Promise<void> | void): Promise<void> => {
    sentence.value = '';
    try {
      await make();
    } catch (error) {
      sentence.value = explainError(error).sentence;
    }
  };
  return { attempt, problem: sentence.value && <Problem>{sentence.value}</Problem> };
}

export function Problem({ children }: { children: ComponentChildren }) {
  return (
    <p class="problem" role="alert">
      {children}
    </p>
  );
}
