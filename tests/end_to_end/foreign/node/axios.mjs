// Sends with axios, and retries with axios-retry whatever it calls retryable: POST and 503 too.
import axios from "axios";
import axiosRetry, { isRetryableError, retryAfter } from "axios-retry";
import { HEADERS as headers, PAUSE_MS, RETRIES, run } from "./requests.mjs";

if (RETRIES > 0) {
  axiosRetry(axios, {
    retries: RETRIES,
    retryCondition: isRetryableError,
    retryDelay: (_, error) => Math.max(PAUSE_MS, retryAfter(error)),
  });
}

const seen = ({ status, data, config }, raised) => ({
  status,
  attempts: (config["axios-retry"]?.retryCount ?? 0) + 1,
  answer: data,
  raised,
});

await run((url, fields) =>
  (fields ? axios.post(url, fields, { headers }) : axios.get(url, { headers })).then(
    (response) => seen(response),
    (error) => seen(error.response, error.name),
  ),
);
