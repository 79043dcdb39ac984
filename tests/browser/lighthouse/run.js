/** Lighthouse's mobile figures of one address, as JSON: `node run.js <port of Chromium> <address>`. */

import lighthouse from "lighthouse";

const [port, address] = process.argv.slice(2);

// Whoever is signed in stays so: local storage is kept, and all that would make the second visit faster is not.
const clearStorageTypes = ["file_systems", "shader_cache", "service_workers", "cache_storage", "indexeddb"];

const { lhr } = await lighthouse(address, {
  port: Number(port),
  onlyCategories: ["performance", "accessibility"],
  clearStorageTypes,
  logLevel: "error",
});
const value = name => lhr.audits[name].numericValue;
const failed = lhr.categories.accessibility.auditRefs
  .filter(({ id, weight }) => weight && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
  .map(({ id }) => id);
const figures = {
  address: lhr.finalDisplayedUrl,
  performance: Math.round(lhr.categories.performance.score * 100),
  accessibility: Math.round(lhr.categories.accessibility.score * 100),
  cls: value("cumulative-layout-shift"),
  fcp: value("first-contentful-paint"),
  lcp: value("largest-contentful-paint"),
  tbt: value("total-blocking-time"),
  benchmark: Math.round(lhr.environment.benchmarkIndex), // how fast this machine was just then
  failed,
  error: lhr.runtimeError?.message ?? null,
};
process.stdout.write(JSON.stringify(figures));
