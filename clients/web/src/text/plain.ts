import type { Id, Message } from "../protocol";
import { isGone } from "../state/gone";
import { t } from "./i18n";
import { type Block, type Inline, parse } from "./markdown";
import { notice } from "./notices";

type NameOf = (userId: Id) => string;

const ENOUGH = 200;

/** A message in one line without any style, for lists and quotes. */
export function inOneLine(message: Message, nameOf: NameOf): string {
  if (isGone(message)) return t("list.gone");
  if (message.deleted_at != null) return t("list.deleted");
  if (message.notice) return notice(message, nameOf);
  return parse(message.text.slice(0, ENOUGH * 4))
    .map(block => plainBlock(block, nameOf))
    .join(" ")
    .slice(0, ENOUGH);
}

function plainBlock(block: Block, nameOf: NameOf): string {
  switch (block.type) {
    case "paragraph":
      return plain(block.children, nameOf);
    case "code_block":
      return block.text.replaceAll("\n", " ");
    case "quote":
      return block.children.map(child => plainBlock(child, nameOf)).join(" ");
    case "list":
      return block.items.map(item => plain(item, nameOf)).join(", ");
  }
}

function plain(nodes: Inline[], nameOf: NameOf): string {
  return nodes
    .map(node => {
      switch (node.type) {
        case "text":
        case "code":
          return node.text;
        case "break":
          return " ";
        case "mention":
          return `@${nameOf(node.user_id)}`;
        case "mention_all":
          return t("message.everybody");
        case "spoiler":
          return "▒▒▒▒";
        default:
          return plain(node.children, nameOf);
      }
    })
    .join("");
}
