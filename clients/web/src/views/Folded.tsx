import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { store } from "../store/app";
import { t } from "../text/i18n";
import styles from "./Folded.module.css";
import { LINES } from "./rows";

/** A text of no more characters does not fill them, however wide these are: nothing is to be measured. */
const SHORT = { narrow: 150, wide: 320 };
const isNarrow = matchMedia("(max-width: 719px)");

interface Props {
  text: string;
  /** By this it stays unfolded. */
  id: string;
  /** The class of what is shown whole. */
  whole?: string | undefined;
  /** What shows the text. */
  children: ReactNode;
}

/** Of a long text no more than its first lines, until one asks for all of it. */
export function Folded({ text, id, whole, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [isWhole, setWhole] = useState(() => store.unfolded.has(id));
  const [fitting, setFitting] = useState("");
  const isFolded = !isWhole && isLong(text) && fitting !== text;
  useLayoutEffect(() => {
    if (!isFolded) return; // to look at a size costs a layout
    const { scrollHeight, clientHeight } = box.current!;
    if (scrollHeight <= clientHeight + 1) setFitting(text);
  }, [isFolded, text]);
  function unfold() {
    store.unfolded.add(id);
    setWhole(true);
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: of what is in it */}
      <div
        ref={box}
        className={isFolded ? styles.folded : whole}
        onFocus={({ target, currentTarget }) => {
          if (isFolded && target.matches(":focus-visible") && endsBelow(target, currentTarget)) unfold();
        }}
      >
        {children}
      </div>
      {isFolded && (
        <button
          type="button"
          className={styles.more}
          onClick={event => {
            event.currentTarget.closest("article")?.focus({ preventScroll: true });
            unfold();
          }}
        >
          {t("message.more")}
        </button>
      )}
    </>
  );
}

/** One of the two is not to be seen whole in the other. */
function endsBelow(one: Element, other: Element): boolean {
  return one.getBoundingClientRect().bottom > other.getBoundingClientRect().bottom;
}

function isLong(text: string): boolean {
  return text.length > SHORT[isNarrow.matches ? "narrow" : "wide"] || text.split("\n").length > LINES;
}
