import { memo, type ReactNode, useState } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { t } from "../text/i18n";
import { type Block, type Inline, parse } from "../text/markdown";
import styles from "./RichText.module.css";

/** A message's text as elements. */
export const RichText = memo(function RichText({ text }: { text: string }) {
  return <Blocks blocks={parse(text)} />;
});

function Blocks({ blocks }: { blocks: Block[] }) {
  // The tree of one text never changes: its places are good keys.
  return (
    <>
      {blocks.map((block, at) => (
        <BlockNode key={at} block={block} />
      ))}
    </>
  );
}

function BlockNode({ block }: { block: Block }): ReactNode {
  switch (block.type) {
    case "paragraph":
      return (
        <p dir="auto">
          <Nodes nodes={block.children} />
        </p>
      );
    case "code_block":
      return (
        <pre className={styles.code} dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return (
        <blockquote className={styles.quote}>
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, at) => (
        <li key={at}>
          <Nodes nodes={item} />
        </li>
      ));
      return block.ordered ? (
        <ol className={styles.list} dir="auto" start={block.start ?? 1}>
          {items}
        </ol>
      ) : (
        <ul className={styles.list} dir="auto">
          {items}
        </ul>
      );
    }
  }
}

function Nodes({ nodes }: { nodes: Inline[] }) {
  return (
    <>
      {nodes.map((node, at) => (
        <Node key={at} node={node} />
      ))}
    </>
  );
}

function Node({ node }: { node: Inline }): ReactNode {
  switch (node.type) {
    case "text":
      return node.text;
    case "break":
      return <br />;
    case "code":
      return <code className={styles.inline}>{node.text}</code>;
    case "mention":
      return <Mention userId={node.user_id} />;
    case "mention_all":
      return <span className={styles.mention}>{t("message.everybody")}</span>;
    case "link":
      return (
        <a href={node.url} title={node.url} target="_blank" rel="noopener noreferrer nofollow">
          <Nodes nodes={node.children} />
        </a>
      );
    case "bold":
      return (
        <strong>
          <Nodes nodes={node.children} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Nodes nodes={node.children} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Nodes nodes={node.children} />
        </s>
      );
    case "spoiler":
      return (
        <Spoiler>
          <Nodes nodes={node.children} />
        </Spoiler>
      );
  }
}

function Mention({ userId }: { userId: Id }) {
  const name = useComputed(() => store.people.at(userId).value?.display_name, [userId]);
  return <bdi className={styles.mention}>{name ? `@${name}` : t("message.unknown_mention")}</bdi>;
}

function Spoiler({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  if (shown) return <span className={styles.shown}>{children}</span>;
  return (
    <button type="button" className={styles.spoiler} aria-label={t("message.spoiler")} onClick={() => setShown(true)}>
      <span aria-hidden="true">{children}</span>
    </button>
  );
}
