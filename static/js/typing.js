// Keys belong to the text while somebody types or an input method composes.
export function composing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function typing(event) {
  if (composing(event)) return true;
  const element = event.target;
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

// A plain letter: no modifier, no text under the cursor, no dialog in front.
export function singleKey(event) {
  return (
    !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event) && !document.querySelector("dialog[open]")
  );
}

export const singleKeysOn = () => document.body.dataset.shortcutsOnValue !== "false";
