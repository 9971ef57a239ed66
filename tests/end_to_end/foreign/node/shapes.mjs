// Bodies as Node's own classes write them. See programs.py.

const [baseUrl, key, single, bulk, list, text, ...to] = process.argv.slice(2);

const form = (kind, ...fields) => {
  const filled = new kind();
  for (const [name, value] of fields) filled.append(name, value);
  return filled;
};

const shapes = {
  "list of one, URLSearchParams": (message) => ({
    path: bulk,
    body: new URLSearchParams({ [list]: [to[0]], message }),
  }),
  "list of two, URLSearchParams": (message) => ({
    path: bulk,
    body: form(URLSearchParams, [list, to[0]], [list, to[1]], ["message", message]),
  }),
  "list of one, FormData": (message) => ({
    path: bulk,
    body: form(FormData, [list, to[0]], ["message", message]),
  }),
  "list of two, FormData": (message) => ({
    path: bulk,
    body: form(FormData, [`${list}[]`, to[0]], [`${list}[]`, to[1]], ["message", message]),
  }),
  stream: (message) => ({
    path: single,
    body: new Blob([JSON.stringify({ to: to[0], message })]).stream(),
    duplex: "half",
  }),
  "JSON as text/plain": (message) => ({
    path: single,
    body: JSON.stringify({ to: Number(to[0]), message }),
  }),
};

const seen = {};
for (const [name, shape] of Object.entries(shapes)) {
  const { path, ...body } = shape(`${name}, ${text}`);
  const response = await fetch(baseUrl + path, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    ...body,
  });
  seen[name] = { status: response.status, answer: await response.json() };
}
console.log(JSON.stringify(seen));
