// Sends with Node's own fetch, and retries by hand.
import { setTimeout as pause } from "node:timers/promises";
import { GATEWAY_UNAVAILABLE, HEADERS, PAUSE_MS, RETRIES, run } from "./requests.mjs";

const options = (fields) =>
  fields && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  };

await run(async (url, fields) => {
  const post = options(fields);
  const headers = { ...post?.headers, ...HEADERS };
  for (let attempts = 1; ; attempts++) {
    const response = await fetch(url, { ...post, headers });
    const answer = await response.json();
    if (response.status !== GATEWAY_UNAVAILABLE || attempts > RETRIES) {
      return { status: response.status, attempts, answer };
    }
    await pause(PAUSE_MS);
  }
});
