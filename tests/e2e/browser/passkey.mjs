// Passkeys with the browser's own virtual authenticator: added, used to sign in and to confirm, stolen, copied, removed. The
// district is an empty one at http://localhost, where browsers allow them; two members of staff know their passwords.
import { assert, at, base, journey, knock, settings } from "./lib.mjs";

const { width, lang, password } = settings({ width: "1280", lang: "zh", password: "" });

await journey("passkey", async (stage) => {
  const staff = await stage.person({ width, lang });
  const { page } = staff;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });

  await page.goto(at("/login?next=/desk/me", lang));
  const passkey = page.locator("form[data-passkey] button");
  await passkey.waitFor();
  await stage.look(staff, "login");
  await knock(staff, { login: "fang.li", password });
  await page.waitForURL((url) => url.pathname.endsWith("/desk/me"));

  await page.goto(at("/desk/me/ways", lang));
  await page.locator("#name").fill(lang === "en" ? "Duty room" : "值班室电脑");
  await passkey.click();
  await page.waitForURL((url) => url.search.includes("done=passkey"));
  await stage.look(staff, "added");
  const kept = (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  assert.equal(kept.length, 1, "the device keeps it");
  assert.equal(kept[0].rpId, "localhost");

  // Signing in without typing anything.
  const out = async () => {
    // Pages of the desk listen for news; they are left first.
    await page.goto(at("/t", lang));
    await page.context().clearCookies();
  };
  const enter = async () => {
    await page.goto(at("/login?next=/desk/me", lang));
    await passkey.waitFor();
    await Promise.all([page.waitForEvent("load"), passkey.click()]);
  };
  await out();
  let sent = null;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/login/passkey")) sent = request.postData();
  });
  await enter();
  assert(page.url().endsWith("/desk/me"), page.url());
  const how = await page.locator("main").innerText();
  assert.match(how, lang === "en" ? /passkey/ : /通行密钥/, "how it signed in");
  await stage.look(staff, "me");

  // As a step-up it needs no password; the session has none to ask for.
  await page.goto(at("/desk/me/confirm?next=/desk/me/keys", lang));
  assert.equal(await page.locator("#proof").count(), 0, "a password does not stand in for it");
  await stage.look(staff, "confirm");
  await Promise.all([page.waitForEvent("load"), passkey.click()]);
  assert(page.url().endsWith("/desk/me/keys"), page.url());

  // The same answer a second time opens nothing, and neither does one for another challenge.
  await out();
  const post = (path, body) => page.context().request.post(base + path, {
    headers: { "content-type": "application/x-www-form-urlencoded", origin: base }, data: body, maxRedirects: 0,
  });
  assert.equal((await post("/login/passkey", sent)).status(), 422, "replayed");
  const begun = await (await post("/login/passkey/begin", "")).json();
  const other = new URLSearchParams(sent);
  other.set("challenge", begun.challenge);
  assert.equal((await post("/login/passkey", other.toString())).status(), 422, "an answer to another challenge");
  const foreign = await page.context().request.post(`${base}/login/passkey/begin`, {
    headers: { origin: "https://evil.example" }, data: "",
  });
  assert.equal(foreign.status(), 400, "a foreign page gets no challenge");

  // Under another origin of the same machine the browser itself refuses.
  const elsewhere = await (await stage.browser.newContext()).newPage();
  await elsewhere.goto(at("/login", lang).replace("localhost", "127.0.0.1"));
  await elsewhere.locator("form[data-passkey] button").click();
  await elsewhere.locator("form[data-passkey] [role=status]:not(:empty)").waitFor();
  assert(!(await elsewhere.context().cookies()).some((c) => c.name === "mulin"), "nobody is signed in");

  // A passkey of somebody else confirms nothing in this session.
  const second = await stage.person({ width, lang });
  await second.page.goto(at("/login?next=/desk/me", lang));
  await knock(second, { login: "li.ming", password });
  const secondCdp = await second.page.context().newCDPSession(second.page);
  await secondCdp.send("WebAuthn.enable");
  const theirs = (await secondCdp.send("WebAuthn.addVirtualAuthenticator", { options })).authenticatorId;
  await second.page.goto(at("/desk/me/ways", lang));
  await second.page.locator("form[data-passkey] button").click();
  await second.page.waitForURL((url) => url.search.includes("done=passkey"));
  await secondCdp.send("WebAuthn.clearCredentials", { authenticatorId: theirs });
  await secondCdp.send("WebAuthn.addCredential", { authenticatorId: theirs, credential: { ...kept[0], signCount: 40 } });
  await second.page.goto(at("/desk/me/confirm?next=/desk/me/keys", lang));
  await Promise.all([second.page.waitForEvent("load"), second.page.locator("form[data-passkey] button").click()]);
  await second.page.locator(".error-summary").waitFor();

  // A copy shows in the counter: the one that lags behind is refused, and its owner is told.
  await enter();
  assert.equal(await page.locator(".error-summary").count(), 1, "the counter went back");
  await knock(staff, { login: "fang.li", password });
  await page.goto(at("/desk/me", lang));
  assert.match(await page.locator("main").innerText(), lang === "en" ? /may have been copied/ : /可能被复制/);

  // Removed: it opens nothing any more.
  await page.goto(at("/desk/me/ways", lang));
  await page.locator('form[action$="/passkey/remove"] button').click();
  await page.waitForURL((url) => url.search.includes("done=passkey-removed"));
  await out();
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
  await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...kept[0], signCount: 90 } });
  await enter();
  assert.equal(await page.locator(".error-summary").count(), 1, "a removed passkey");
});
