import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client } from "../src/engine/client";
import { common, everything } from "../src/engine/publisher";
import { Session } from "../src/engine/session";
import { BEN, CHAT, Gateway } from "./scripted_gateway";

const CARA = { ...BEN, id: 3, username: "cara", display_name: "Cara" };

let gateway: Gateway;
let client: Client;

const affairs = () => client.state.affairs;
const view = () => client.state.chats.get(CHAT)!;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const listed = () => gateway.received.filter(command => command.type === "people.list").length;

beforeEach(async () => {
  vi.useFakeTimers();
  gateway = new Gateway();
  const session = new Session(9, {
    read: async () => ({ session_id: 9, login_token: "login" }),
    write: async () => {},
  });
  session.take("token", Date.now() + 86_400_000);
  client = new Client(
    session,
    "test",
    gateway.open,
    () => {},
    () => {},
  );
  gateway.relate(BEN, "friend");
  gateway.relate(CARA, "incoming");
  gateway.warn(7, "be kind");
  gateway.post("one");
  client.start();
  await pass(50);
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe("one's own affairs", () => {
  test("are all there after connecting, page by page", () => {
    expect([...affairs().relations.keys()]).toEqual([BEN.id, CARA.id]);
    expect(affairs()).toMatchObject({ rev: gateway.peopleRev, behind: false, settings: gateway.settings });
    expect([...affairs().warnings.keys()]).toEqual([7]);
    expect(client.state.people.users.get(CARA.id)).toEqual(CARA);
    expect(listed()).toBe(2);
  });

  test("follow each event", async () => {
    gateway.relate(CARA, "friend");
    await pass(10);
    expect(affairs().isFriend(CARA.id)).toBe(true);
    gateway.relate(CARA, "none");
    await pass(10);
    expect(affairs().relations.has(CARA.id)).toBe(false);
    expect(client.state.people.users.has(CARA.id)).toBe(false);
    expect(listed()).toBe(2);
  });

  test("an event that is lost is fetched with all the others", async () => {
    gateway.fate = () => [];
    gateway.relate(CARA, "friend");
    gateway.fate = () => [0];
    gateway.warn(8, "again");
    await pass(50);
    expect(affairs()).toMatchObject({ rev: gateway.peopleRev, behind: false });
    expect(affairs().isFriend(CARA.id)).toBe(true);
    expect([...affairs().warnings.keys()]).toEqual([7, 8]);
  });

  test("a repeated event changes nothing", async () => {
    const rev = gateway.peopleRev;
    gateway.relate(CARA, "friend");
    gateway.tell({ type: "relation.changed", relation: { user: CARA, state: "none", blocked: false, since: 0 }, rev });
    await pass(10);
    expect(affairs().isFriend(CARA.id)).toBe(true);
  });

  test("what changed while there was no connection is fetched; else nothing is", async () => {
    gateway.cut();
    await pass(3000);
    expect(listed()).toBe(2);
    gateway.cut();
    gateway.relate(CARA, "friend");
    await pass(3000);
    expect(affairs().isFriend(CARA.id)).toBe(true);
    expect(listed()).toBe(4);
  });

  test("are known from the answers, without an event", async () => {
    gateway.fate = () => [];
    await Promise.all([client.call({ type: "settings.edit", typing: false }), pass(10)]);
    expect(affairs().settings?.typing).toBe(false);
    await Promise.all([client.call({ type: "warning.dismiss", warning_id: 7 }), pass(10)]);
    expect(affairs().warnings.size).toBe(0);
    expect(affairs().behind).toBe(false);
    gateway.cut();
    await pass(3000);
    expect(affairs()).toMatchObject({ rev: gateway.peopleRev, behind: false });
  });

  test("what those write whom one blocks is not unread", async () => {
    gateway.post("two");
    await pass(10);
    expect(view().mine.unread).toBe(2);
    await Promise.all([client.call({ type: "block.add", user_id: BEN.id }), pass(10)]);
    expect(view().mine.unread).toBe(0);
    gateway.post("three");
    await pass(10);
    expect(view().mine.unread).toBe(0);
    gateway.relate(BEN, "none");
    await pass(10);
    expect(view().mine.unread).toBe(3);
  });

  test("what a friend shows to friends outlasts what everybody is told", async () => {
    const shown = { ...BEN, description: "for friends", rev: 2 };
    gateway.tell({ type: "user.changed", user: shown });
    await pass(10);
    const member = { ...view().members.get(BEN.id)!, rev: ++gateway.rev };
    gateway.tell({ type: "member.changed", member, member_count: 2, user: { ...BEN, rev: 2, private: true } });
    await pass(10);
    expect(client.state.people.users.get(BEN.id)).toEqual(shown);
  });

  test("tabs are shown what became different", async () => {
    expect(everything(client).relations?.map(relation => relation.user.id)).toEqual([BEN.id, CARA.id]);
    client.state.takeChanges();
    gateway.relate(CARA, "none");
    gateway.warn(8, "again");
    await pass(10);
    const patch = common(client, client.state.takeChanges());
    expect(patch).toMatchObject({ relations: [], unrelated: [CARA.id] });
    expect(patch.warnings?.map(warning => warning.id)).toEqual([7, 8]);
    expect(patch.settings).toBeUndefined();
  });
});
