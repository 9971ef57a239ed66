// Sends SMS through an Ngoma gateway, and is told what became of them.
export * from "./client.js";
export * from "./errors.js";
export type * from "./gateway.js";
export { VERSION } from "./gateway.js";
export type { Options } from "./request.js";
export type { Retries } from "./retries.js";
export * from "./webhooks.js";
