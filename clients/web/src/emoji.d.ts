/** Made by build/emoji.ts. */
declare module "emoji:*" {
  const book: import("./text/emoji").EmojiBook;
  export default book;
}
