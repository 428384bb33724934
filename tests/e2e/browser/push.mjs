// News on devices: somebody who raised a matter and the one who answers for it subscribe; a push service of the test opens what
// the program sends, and the browser shows it. Chromium without a display has no push service of its own, so the page gets one
// from the test at the moment of subscribing; from there on everything is real: the worker, its scope, the notification.
import { createECDH, createDecipheriv, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer } from "node:http";
import { account, assert, at, base, journey, open as openMatter, raise, settings, signIn, step } from "./lib.mjs";

const { lang, width } = settings({ lang: "zh", width: "390" });
const sentences = {
  zh: { matter: ["睦邻", "您反映的事有了新进展，点开查看。"], desk: ["睦邻工作台", "有新消息，请打开工作台查看。"] },
  en: {
    matter: ["Mulin", "There is news about the matter you raised. Open to read it."],
    desk: ["Mulin desk", "There is something new. Please open your desk."],
  },
}[lang];

/** RFC 8291 from the receiving side, by the primitives of Node.js. */
function open(body, own, auth) {
  const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
  assert.equal(body[20], 65, "the sender's key stands in the head");
  const hkdf = (secret, salt, info, length) => Buffer.from(hkdfSync("sha256", secret, salt, info, length));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), own.getPublicKey(), sender]);
  const ikm = hkdf(own.computeSecret(sender), auth, info, 32);
  const key = hkdf(ikm, salt, "Content-Encoding: aes128gcm\0", 16);
  const decipher = createDecipheriv("aes-128-gcm", key, hkdf(ikm, salt, "Content-Encoding: nonce\0", 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = plain.findLastIndex((byte) => byte !== 0);
  assert.equal(plain[end], 2, "the last record");
  return plain.subarray(0, end).toString();
}

// The example of RFC 8291 §5: the receiver of this file is right.
{
  const own = createECDH("prime256v1");
  own.setPrivateKey(Buffer.from("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url"));
  const message = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  const plain = open(Buffer.from(message, "base64url"), own, Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url"));
  assert.equal(plain, "When I grow up, I want to be a watermelon");
}

/** RFC 8292: who sends is who was subscribed for. */
function signed(header, key, origin) {
  const [, token, k] = header.match(/^vapid t=([^,]+), k=(.+)$/);
  assert.equal(k, key, "the key that was subscribed for");
  const point = Buffer.from(k, "base64url");
  const part = (from, to) => point.subarray(from, to).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: part(1, 33), y: part(33, 65) };
  const [head, claims, signature] = token.split(".");
  const against = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  assert(verify("sha256", Buffer.from(`${head}.${claims}`), against, Buffer.from(signature, "base64url")), "signature");
  assert.equal(JSON.parse(Buffer.from(claims, "base64url")).aud, origin);
}

/** A push service: one address per subscription, and what came to it. */
class Service {
  constructor() {
    this.all = new Map();
    this.waiting = [];
    this.server = createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        const sub = this.all.get(request.url);
        if (sub) sub.came.push({ headers: request.headers, body: Buffer.concat(parts) });
        response.writeHead(sub ? 201 : 410).end();
        this.waiting.splice(0).forEach((tell) => tell());
      });
    });
  }
  async listen() {
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
  }
  subscribe(key) {
    const own = createECDH("prime256v1");
    own.generateKeys();
    const sub = { own, auth: randomBytes(16), key, came: [] };
    const path = `/push/${randomBytes(8).toString("hex")}`;
    this.all.set(path, sub);
    const b64 = (bytes) => bytes.toString("base64url");
    return { endpoint: this.origin + path, p256dh: b64(own.getPublicKey()), auth: b64(sub.auth) };
  }
  /** Waits for the next message. */
  next() {
    return new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error("nothing came to the push service")), 30_000);
      this.waiting.push(() => (clearTimeout(late), done()));
    });
  }
  /** The newest message of the newest subscription, opened. */
  newest() {
    const sub = [...this.all.values()].at(-1);
    const { headers, body } = sub.came.at(-1) ?? assert.fail("nothing came to the push service");
    signed(headers.authorization, sub.key, this.origin);
    assert.equal(headers["content-encoding"], "aes128gcm");
    return { text: open(body, sub.own, sub.auth), headers };
  }
}

/** The page's push manager subscribes with the service of the test; a browser keeps what it subscribed to. */
async function lend(service, { page }) {
  await page.context().grantPermissions(["notifications"], { origin: base });
  await page.exposeFunction("lentSubscription", (key) => service.subscribe(key));
  await page.addInitScript(() => {
    const kept = (scope, value) => {
      if (value !== undefined) localStorage.setItem(`test-push ${scope}`, JSON.stringify(value));
      return JSON.parse(localStorage.getItem(`test-push ${scope}`) ?? "null");
    };
    const of = (scope) => {
      const s = kept(scope);
      if (!s) return null;
      const { endpoint, p256dh, auth } = s;
      const unsubscribe = async () => (kept(scope, null), true);
      return { endpoint, unsubscribe, toJSON: () => ({ endpoint, keys: { p256dh, auth } }) };
    };
    const scopes = new WeakMap();
    const getter = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, "pushManager").get;
    Object.defineProperty(ServiceWorkerRegistration.prototype, "pushManager", {
      get() {
        const manager = getter.call(this);
        scopes.set(manager, this.scope);
        return manager;
      },
    });
    PushManager.prototype.getSubscription = async function () {
      return of(scopes.get(this));
    };
    PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
      if (!userVisibleOnly) throw new Error("browsers want that");
      kept(scopes.get(this), await window.lentSubscription(applicationServerKey));
      return of(scopes.get(this));
    };
  });
}

/**
 * Hands a message to the worker of this scope as a browser's push service does, and reads what it shows. A worker that a busy
 * machine has just stopped may miss a message, and push services send again: so does this one.
 */
async function shown({ page }, scope, data) {
  const cdp = await page.context().newCDPSession(page);
  const known = new Promise((done) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const found = registrations.find((r) => r.scopeURL === scope && !r.isDeleted);
      if (found) done(found.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  const registrationId = await known;
  for (let sent = 0; sent < 10; sent += 1) {
    await cdp.send("ServiceWorker.deliverPushMessage", { origin: base, registrationId, data });
    const one = await page.evaluate(async (scope) => {
      const all = await navigator.serviceWorker.getRegistrations();
      const registration = all.find((r) => r.scope === scope);
      for (let n = 0; n < 100; n += 1) {
        const [one] = await registration.getNotifications();
        if (one) return { title: one.title, body: one.body, lang: one.lang, data: one.data, icon: one.icon };
        await new Promise((go) => setTimeout(go, 50));
      }
      return null;
    }, scope);
    if (one) return one;
  }
  assert.fail("no notification was shown");
}

await journey("push", async (stage) => {
  const service = new Service();
  await service.listen();
  try {
    const owner = await stage.person({ width: 1280, lang });
    await lend(service, owner);
    await signIn(owner, account("committee_worker"));
    await owner.page.goto(at("/desk/me", lang));
    const seat = (await owner.page.locator("main").innerText()).match(/(\p{Script=Han}+)社工/u);
    // Devices of an earlier run, whose push service is gone.
    const ends = owner.page.locator("form[action$='/push/end'] button");
    while ((await ends.count()) > 0) {
      await ends.first().click();
      await owner.page.waitForLoadState();
      await owner.page.goto(at("/desk/me", lang));
    }
    await owner.page.locator("[data-push-on]").click();
    await owner.page.waitForURL(/done=push/);
    await stage.look(owner, "staff-on");
    assert.equal(await owner.page.locator("[data-push-on]").isVisible(), false, "this device is known");

    const resident = await stage.person({ width, lang });
    await lend(service, resident);
    const text = lang === "en" ? "Somebody left a green sofa" : "楼道里放着一只没人要的绿沙发";
    // Told apart from those of an earlier run; no digits, which lists hide.
    const words = `${text} ${[...randomBytes(6)].map((byte) => "abcdefghijklmnop"[byte % 16]).join("")}`;
    const first = service.next();
    const code = await raise(stage, resident, seat[1], words);
    await first;
    const desk = service.newest();
    assert.equal(desk.headers.topic, "desk");
    const told = await shown(owner, at("/desk/notices", lang), desk.text);
    assert.deepEqual([told.title, told.body], sentences.desk);

    await resident.page.goto(at(`/t/${code.replaceAll(" ", "-")}`, lang));
    await stage.look(resident, "raiser-off");
    const { page } = resident;
    const scope = new URL(page.url().split("?")[0]).href;
    await page.locator("[data-push-on]").click();
    await page.waitForURL(/done=push/);
    await stage.look(resident, "raiser-on");

    // Whoever answers for it signs; the resident is told that there is news, and nothing of it.
    await openMatter(owner, words);
    const second = service.next();
    await step(stage, owner, "sign", {}, { label: "" });
    await second;
    const news = service.newest();
    assert.equal(news.headers.topic, "matter");
    for (const secret of [code, code.replaceAll(" ", ""), "HQ-", text]) assert(!news.text.includes(secret), secret);
    const notification = await shown(resident, scope, news.text);
    assert.deepEqual([notification.title, notification.body], sentences.matter);
    assert.equal(notification.lang, lang === "en" ? "en" : "zh-CN");

    // Off again: the browser forgets it, the program too.
    await page.locator("form[action$='/push/end'] button").click();
    await page.waitForURL(/done=push-end/);
    await page.locator("[data-push-on]").waitFor();
    // At the desk too, device by device.
    await owner.page.goto(at("/desk/me", lang));
    await owner.page.locator("form[action$='/push/end'] button").last().click();
    await owner.page.waitForURL(/done=push-end/);
    await owner.page.locator("[data-push-on]").waitFor();
    // Nothing of these pages is kept by the browser for reading without a connection.
    assert.deepEqual(await page.evaluate(() => caches.keys()), []);

    // Over plain HTTP under a name there is no button, and the reason in words.
    const plain = await stage.browser.newContext({ locale: lang });
    const other = await plain.newPage();
    await other.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
    await other.goto(page.url().split("?")[0]);
    const why = lang === "en" ? /HTTPS/ : /安全连接/;
    assert.match(await other.locator("[data-push] [role=status]").innerText(), why);
    assert.equal(await other.locator("[data-push-on]").isVisible(), false);
    await plain.close();
  } finally {
    service.server.close();
  }
});
