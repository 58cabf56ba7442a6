import { Icon, ModalDialog, StorageMeter } from '@rivulet/shell';
import { keyNames, SHORTCUTS } from './keyboard.ts';

/** How to write, and the keys. @param onLearn shows how the reader learns a hand */
export function HelpDialog({ onClose, onLearn }: { onClose: () => void; onLearn: () => void }) {
  return (
    <ModalDialog title="How it works" onClose={onClose}>
      <ul class="tips">
        <li>Write in English, in lines, as on paper. The text appears while you write.</li>
        <li>Wrong word? Tap it and choose another reading, or type it.</li>
        <li>With a pen near, fingers and palms leave no ink. Without one, a finger writes.</li>
        <li>Two fingers, the wheel or the arrow keys move the page. It has no end.</li>
        <li>Everything stays on this device, and works without a network.</li>
      </ul>
      <button type="button" class="rv-button learn-my-hand" onClick={onLearn}>
        <Icon name="pen" />
        Learn my handwriting
      </button>
      <h3>Keys</h3>
      <table class="keys">
        <tbody>
          {SHORTCUTS.map(([keys, what]) => (
            <tr key={keys}>
              <th scope="row">
                {keyNames(keys).map((key, i) => (
                  <kbd key={i}>{key}</kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Storage</h3>
      <StorageMeter />
    </ModalDialog>
  );
}
