// Prints the English words, compiled as the build does it: as they are, and in a language that nobody speaks, in which
// every letter has an accent and every text is half as long again.
import { readFileSync } from "node:fs";
import { compileMessage } from "@lingui/message-utils/compileMessage";

const FROM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TO = [..."áƀçđéƒĝĥíĵķĺɱñóƥɋŕšťúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĹṀÑÓƤɊŔŠŤÚṼŴẊÝŽ"];
const MORE = " ŏŏŏ";

function accented(text) {
  const letters = [...text].map(letter => TO[FROM.indexOf(letter)] ?? letter).join("");
  return letters + MORE.repeat(Math.ceil([...text.matchAll(/[a-z]/gi)].length / 9));
}

/** The parts of a message are texts, and what is put in: a name, or one of several texts by a number. */
function pseudo(message) {
  if (typeof message === "string") return accented(message);
  return message.map(part => {
    if (typeof part === "string") return accented(part);
    const [name, kind, choices] = part;
    if (!choices) return part;
    const texts = Object.entries(choices).map(([key, text]) => [key, key === "offset" ? text : pseudo(text)]);
    return [name, kind, Object.fromEntries(texts)];
  });
}

const files = ["../src/locales/en.json", "../src/locales/entrance/en.json"];
const texts = Object.assign({}, ...files.map(path => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"))));
const english = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, compileMessage(text)]));
const strange = Object.fromEntries(Object.entries(english).map(([id, message]) => [id, pseudo(message)]));
process.stdout.write(JSON.stringify({ english, strange }));
