import { type CSSProperties, memo, type ReactNode, useState } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { jumpTo } from "../store/jump";
import { showProfile } from "../store/profile";
import { go, type Route, routeOf } from "../store/router";
import { t } from "../text/i18n";
import { type Block, type Inline, parse } from "../text/markdown";
import { classes } from "../ui/classes";
import { plainly } from "../ui/plainly";
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
        <Numbered start={block.start ?? 1}>{items}</Numbered>
      ) : (
        <ul className={styles.list} dir="auto">
          {items}
        </ul>
      );
    }
  }
}

/** A list with as much room for its numbers as the last one needs. */
function Numbered({ start, children }: { start: number; children: ReactNode[] }) {
  const digits = `${start + children.length - 1}`.length;
  return (
    <ol className={styles.list} dir="auto" start={start} style={{ "--digits": digits } as CSSProperties}>
      {children}
    </ol>
  );
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
      return <span className={classes(styles.mention, styles.me)}>{t("message.everybody")}</span>;
    case "link":
      return (
        <Link url={node.url}>
          <Nodes nodes={node.children} />
        </Link>
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

/** What is of this app opens here, everything else in another tab. */
function Link({ url, children }: { url: string; children: ReactNode }) {
  const to = routeOf(url);
  const how = to ? { onClick: plainly(() => visit(to)) } : { target: "_blank", rel: "noopener noreferrer nofollow" };
  return (
    <a href={url} title={url} {...how}>
      {children}
    </a>
  );
}

function visit(to: Route): void {
  if (to.name === "chat" && to.seq !== undefined) jumpTo(to.chatId, to.seq);
  else go(to);
}

function Mention({ userId }: { userId: Id }) {
  const name = useComputed(() => store.people.at(userId).value?.display_name, [userId]);
  const isMe = useValue(store.me)?.id === userId;
  if (!name) return <span className={styles.mention}>{t("message.unknown_mention")}</span>;
  return (
    <button
      type="button"
      className={classes(styles.mention, isMe && styles.me)}
      title={t("person.profile", { name })}
      onClick={() => showProfile(userId)}
    >
      @<bdi>{name}</bdi>
    </button>
  );
}

function Spoiler({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  if (shown) return <span className={styles.shown}>{children}</span>;
  return (
    <button
      type="button"
      className={styles.spoiler}
      aria-label={t("message.spoiler")}
      onClick={event => {
        event.currentTarget.closest("article")?.focus({ preventScroll: true }); // or it would be lost with the button
        setShown(true);
      }}
    >
      <span aria-hidden="true">{children}</span>
    </button>
  );
}
