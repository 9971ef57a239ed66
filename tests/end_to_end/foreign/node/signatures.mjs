// Verifies a signature of ours by npm's http-message-signatures, and makes one for us to verify.
import { createPrivateKey, createPublicKey } from "node:crypto";
import { createSigner, createVerifier, httpbis } from "http-message-signatures";

const given = JSON.parse(process.argv[2]);
const algorithm = "ecdsa-p256-sha256";
const key = createPrivateKey(given.key);

const verified = await httpbis.verifyMessage(
  {
    tolerance: 5,
    keyLookup: async () => ({
      id: given.keyId,
      algs: [algorithm],
      verify: createVerifier(createPublicKey(key), algorithm),
    }),
  },
  given.ours,
);
const theirs = await httpbis.signMessage(
  {
    key: createSigner(key, algorithm, given.keyId),
    name: "sig-pp",
    fields: given.fields,
    params: ["keyid", "alg", "created", "expires"],
  },
  given.bare,
);
console.log(JSON.stringify({ ours: { verified }, theirs: theirs.headers }));
