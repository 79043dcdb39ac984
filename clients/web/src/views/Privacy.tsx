import policy from "../../../../docs/privacy-policy.txt?raw";
import { regional, t } from "../text/i18n";
import { Logo } from "../ui/Logo";
import styles from "./Privacy.module.css";
import { POLICY_VERSION } from "./policy";

/** The product's privacy policy, as a page that anybody can read. */
export default function Privacy() {
  const [, ...lines] = policy.trim().split("\n");
  const date = new Intl.DateTimeFormat(regional(), { dateStyle: "long" }).format(new Date(POLICY_VERSION));
  return (
    <main className={styles.page} tabIndex={0}>
      <article>
        <a href="/" className={styles.home} aria-label={t("app.name")}>
          <Logo />
        </a>
        <h1>{t("privacy.title")}</h1>
        <p className={styles.version}>{t("privacy.version", { date })}</p>
        <div lang="en">{parts(lines)}</div>
      </article>
    </main>
  );
}

/** Its numbered lines are headings, those with a dash items, the others paragraphs. */
function parts(lines: string[]) {
  return lines.map(line => {
    if (/^\d+\. /.test(line)) return <h2 key={line}>{line}</h2>;
    if (line.startsWith("- "))
      return (
        <p key={line} className={styles.item}>
          {line.slice(2)}
        </p>
      );
    return <p key={line}>{line}</p>;
  });
}
