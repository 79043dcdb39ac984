import type {
  Id,
  Relation,
  RelationChanged,
  Relations,
  Seq,
  Settings,
  SettingsEdited,
  WarningGiven,
  WarningGone,
  WarningNote,
} from "../protocol";

/** The events that carry the number of one's own affairs. */
export type OwnAffair = RelationChanged | SettingsEdited | WarningGiven | WarningGone;

/**
 * One's own affairs: friends, requests and blocks, settings, warnings of the operators.
 *
 * They are counted by one number. A gap is not waited for: all of it is fetched.
 */
export class Affairs {
  /** The profiles in here may be older than those in `People`. */
  readonly relations = new Map<Id, Relation>();
  settings: Settings | null = null;
  /** Those that were not dismissed. */
  readonly warnings = new Map<Id, WarningNote>();
  rev: Seq = 0;
  /** Whether something was missed, or nothing is known yet. */
  behind = true;

  /** Whether what was told is news. */
  apply(event: OwnAffair): boolean {
    if (event.rev <= this.rev) return false;
    if (event.rev > this.rev + 1) this.behind = true;
    if (!this.behind) this.rev = event.rev;
    this.note(event);
    return true;
  }

  /**
   * The same of what an answer says. Its number may be that of another change, which is yet to be heard: when nothing
   * has changed by the command, it is as of then. So only events move ours.
   */
  learn(event: OwnAffair): boolean {
    if (event.rev <= this.rev) return false;
    this.note(event);
    return true;
  }

  private note(event: OwnAffair): void {
    switch (event.type) {
      case "settings.changed":
        this.settings = event.settings;
        break;
      case "warning.given":
        this.warnings.set(event.warning.id, event.warning);
        break;
      case "warning.gone":
        this.warnings.delete(event.warning_id);
        break;
      case "relation.changed":
        this.relate(event.relation);
        break;
      default:
        event satisfies never;
    }
  }

  private relate(relation: Relation): void {
    const { state, blocked, user } = relation;
    if (state === "none" && !blocked) this.relations.delete(user.id);
    else this.relations.set(user.id, relation);
  }

  /** What `people.list` answered, page by page. */
  set(pages: readonly Relations[]): void {
    const [first] = pages;
    if (!first) return;
    this.behind = false;
    this.rev = first.rev;
    this.settings = first.settings;
    this.warnings.clear();
    for (const warning of first.warnings) this.warnings.set(warning.id, warning);
    this.relations.clear();
    for (const { relations } of pages) for (const relation of relations) this.relate(relation);
  }

  isFriend(userId: Id): boolean {
    return this.relations.get(userId)?.state === "friend";
  }

  blocked(): Set<Id> {
    const blocked = [...this.relations.values()].filter(relation => relation.blocked);
    return new Set(blocked.map(relation => relation.user.id));
  }

  clear(): void {
    this.relations.clear();
    this.settings = null;
    this.warnings.clear();
    this.rev = 0;
    this.behind = true;
  }
}
