import { type RefObject, useEffect, useId, useState } from "react";
import type { ChatRecord } from "../state/records";
import { emojiUse, noteUse } from "../store/emoji";
import { useComputed, useValue } from "../store/hooks";
import { type EmojiBook, emojiCalled, findEmoji, loadEmoji, toned } from "../text/emoji";
import { locale } from "../text/i18n";
import { begun, closed } from "../text/typing";
import { insert } from "../ui/insert";
import { mentionable } from "./mentionable";
import type { Suggestion } from "./Suggestions";

const SHOWN = 8;

/** What the text at the caret may become, and how one of it is chosen by the keyboard. */
export function useSuggestions(record: ChatRecord, text: string, box: RefObject<HTMLTextAreaElement | null>) {
  const id = useId();
  const [caret, setCaret] = useState(-1);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState(-1);
  const word = caret < 0 ? null : begun(text, caret);
  const wanted = word && word.from !== dismissed ? `${word.sign}${word.word}` : "";
  const book = useBook(wanted.startsWith(":"));
  const suggestions = useComputed(() => {
    if (wanted.startsWith("@")) return mentionable(record, wanted.slice(1));
    return wanted && book ? emojiLike(book, wanted.slice(1)) : [];
  }, [record, wanted, book]);
  const chosen = Math.min(at, suggestions.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is wanted has changed
  useEffect(() => setAt(0), [wanted]);
  useEffect(() => {
    if (!word) setDismissed(-1);
  }, [word]);

  function pick({ text }: Suggestion) {
    if (!word || !box.current) return;
    if (word.sign === ":") noteUse(text);
    insert(box.current, text, word.from, caret);
  }

  /** Whether a key was meant for the list. */
  function take(key: string): boolean {
    const suggestion = suggestions[chosen];
    if (!suggestion) return false;
    if (key === "ArrowDown" || key === "ArrowUp") {
      setAt((chosen + (key === "ArrowDown" ? 1 : suggestions.length - 1)) % suggestions.length);
    } else if (key === "Enter" || key === "Tab") pick(suggestion);
    else if (key === "Escape") setDismissed(word?.from ?? -1);
    else return false;
    return true;
  }

  /** Look where the caret is. */
  function look() {
    const element = box.current;
    setCaret(element && element.selectionStart === element.selectionEnd ? element.selectionStart : -1);
  }

  return { id, sign: word?.sign, suggestions, at: chosen, pick, take, look, leave: () => setCaret(-1) };
}

/** `:code:` becomes its emoji when the second colon is typed. */
export async function closeEmoji(box: HTMLTextAreaElement): Promise<void> {
  const { value, selectionStart: caret } = box;
  const found = closed(value, caret);
  if (!found) return;
  const emoji = emojiCalled(await loadEmoji(locale.peek()), found.code);
  // While the names were loaded more may have been typed.
  if (emoji && box.value === value) insert(box, toned(emoji, emojiUse().tone), found.from, caret);
}

function useBook(wanted: boolean): EmojiBook | null {
  const language = useValue(locale);
  const [book, setBook] = useState<EmojiBook | null>(null);
  useEffect(() => {
    if (wanted) loadEmoji(language).then(setBook, () => {}); // without them one can still write
  }, [wanted, language]);
  return book;
}

function emojiLike(book: EmojiBook, typed: string): Suggestion[] {
  const { tone } = emojiUse();
  return findEmoji(book, typed, SHOWN).map(emoji => {
    const text = toned(emoji, tone);
    return { key: emoji.emoji, icon: text, name: emoji.name, detail: `:${emoji.codes[0] ?? ""}:`, text };
  });
}
