/** Put a text in place of a part of what is written, as if it were typed: it can be undone. */
export function insert(box: HTMLTextAreaElement, text: string, from = box.selectionStart, to = box.selectionEnd): void {
  box.focus();
  box.setSelectionRange(from, to);
  // There is no other way to write into the history of a text field.
  if (document.execCommand("insertText", false, text)) return;
  box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
