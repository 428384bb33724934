// A real OpenID Connect provider (npm package oidc-provider) for the tests of signing in elsewhere: its own pages are one form
// with a login and whether a second factor was asked. Started with: node provider.mjs PORT BASE-OF-MULIN CODE
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.E2E_MODULES}/x.js`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const [port, base, code] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "mulin",
    client_secret: "a secret between the two of them",
    redirect_uris: [`${base}/login/with/${code}/back`],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub", "amr", "acr", "auth_time"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // Nobody is asked for consent: the client belongs to the house.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

const page = (uid) => `<!doctype html><title>Provider</title><form method="post" action="/interaction/${uid}">
<input name="login"><label><input type="checkbox" name="factor" value="1">second factor</label>
<button name="go" value="in">in</button><button name="go" value="out">out</button></form>`;

const answer = provider.callback();
createServer(async (request, response) => {
  const path = new URL(request.url, issuer).pathname;
  if (!path.startsWith("/interaction/")) return answer(request, response);
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    return response.end(page(uid));
  }
  let body = "";
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  const amr = form.get("factor") ? ["pwd", "otp", "mfa"] : ["pwd"];
  const result = form.get("go") === "out"
    ? { error: "access_denied" }
    : { login: { accountId: form.get("login"), amr } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}).listen(Number(port), "127.0.0.1", () => console.log(`provider ready ${issuer}`));
