import styles from "./Jumbo.module.css";

const EMOJI = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** Whether a text is nothing but one to three emoji. */
export function jumbo(text: string): boolean {
  return text.length < 64 && EMOJI.test(text.trim());
}

/** Such a text, larger. */
export function Jumbo({ text }: { text: string }) {
  return <span className={styles.jumbo}>{text}</span>;
}
