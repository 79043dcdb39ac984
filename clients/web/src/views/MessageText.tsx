import { Folded } from "./Folded";
import { Jumbo, jumbo } from "./Jumbo";
import styles from "./MessageText.module.css";
import { RichText } from "./RichText";

/** What a message says. */
export function MessageText({ text, id }: { text: string; id: string }) {
  return (
    <Folded text={text} id={id} whole={styles.text}>
      {jumbo(text) ? <Jumbo text={text} /> : <RichText text={text} />}
    </Folded>
  );
}
