import { ArrowLeft } from "lucide-react";
import { goBack } from "../store/router";
import { t } from "../text/i18n";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { MessagesSkeleton, TitleSkeleton } from "../ui/Skeleton";
import composer from "./Composer.module.css";
import conversation from "./Conversation.module.css";
import header from "./ConversationHeader.module.css";
import styles from "./ConversationSkeleton.module.css";

/** Where a chat will be, as long as nobody knows which chats there are. */
export function ConversationSkeleton() {
  return (
    <section className={conversation.conversation} aria-busy="true">
      <header className={header.header}>
        <IconButton label={t("back")} className={header.back} onClick={() => goBack({ name: "chats" })}>
          <ArrowLeft size={20} />
        </IconButton>
        <TitleSkeleton />
      </header>
      <div className={styles.frame}>
        <MessagesSkeleton />
      </div>
      <div className={composer.composer} aria-hidden="true">
        <div className={classes(composer.box, styles.box)} />
      </div>
    </section>
  );
}
