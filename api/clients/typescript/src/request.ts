// What a call asks of the gateway, and the key under which it may be asked again.
import { randomUUID } from "node:crypto";

/** One call; with `key` the gateway accepts it once, however often it is asked. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly key?: string;
}

/** What a send may be told beside its fields. */
export interface Options {
  /** Your own key, from your database for example; without it the client makes one. */
  readonly idempotencyKey?: string;
}

/** Give the key of one send: the caller's, or a new one. */
export function keyed({ idempotencyKey }: Options): string {
  const key = idempotencyKey ?? randomUUID();
  if (!/^[!-~]{1,255}$/.test(key)) {
    throw new TypeError("an idempotency key has 1 to 255 visible ASCII characters");
  }
  return key;
}

/** Whether a call changes nothing, or changes it once. */
export function mayBeRepeated(request: Request): boolean {
  return request.method === "GET" || request.key !== undefined;
}
