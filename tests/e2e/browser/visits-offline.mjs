// A day of visits on the phone, with everything that can go wrong between a phone and the district: the network cut before the page opens, while
// somebody writes, while it is sent, and after the server took it; a killed tab; a photo that is a bomb; two phones on one visit; a clock that is
// hours wrong; a full phone; 48 hours; signing out; a session ended from elsewhere, and one that lay idle. Each report counts once.
import { account, assert, at, base, journey, knock, settings, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const zh = lang === "zh";
const SAYS = {
  ready: zh ? /离线可用/ : /Works offline/,
  none: zh ? /没有信号/ : /No signal now/,
  sent: zh ? /都已报上去/ : /Everything was reported/,
  waits: (n) => (zh ? new RegExp(`已存手机，${n} 条等信号`) : new RegExp(`waiting for signal: ${n}$`)),
  memory: (n) => (zh ? new RegExp(`没能存进手机.*${n} 条等信号`) : new RegExp(`Not kept on this phone.*: ${n}\\.`)),
  full: zh ? /存满了/ : /is full/,
  inbox: zh ? /待处理箱/ : /inbox/,
  signIn: (n) => (zh ? new RegExp(`登录过期了，${n} 条`) : new RegExp(`session has ended. Not reported yet: ${n}`)),
  expired: zh ? /名单存放到期/ : /time of the list was over/,
  left: (n) => (zh ? new RegExp(`共 ${n} 条`) : new RegExp(`still here: ${n}\\.`)),
  out: zh ? /已退出登录/ : /Signed out/,
  large: zh ? /太大/ : /too large/,
};
/** One dot, as a camera would not take it. */
const DOT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
/** The same file, which says that it is fifty thousand dots wide. */
const BOMB = (() => { const b = Buffer.from(DOT); b.writeUInt32BE(50_000, 16); b.writeUInt32BE(50_000, 20); return b; })();

async function says({ page }, words) {
  const bar = page.locator("#field-says");
  await bar.filter({ hasText: words }).waitFor().catch(async () => {
    throw new Error(`the phone says "${await page.locator("main").innerText()}" and not ${words}`);
  });
}

/** A phone whose clock is so many hours wrong. */
const wrongClock = (hours) => (context) => context.addInitScript((ms) => {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) { if (given.length) super(...given); else super(Right.now() + ms); }
    static now() { return Right.now() + ms; }
  };
}, hours * 3_600_000);

/** What lies in the phone's storage: rows by store, and whether these words can be read in it. */
function stored(page, secrets) {
  return page.evaluate(async (words) => {
    const db = await new Promise((done, failed) => {
      const request = indexedDB.open("mulin-field");
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const rows = {};
    let text = "";
    for (const name of db.objectStoreNames) {
      const asked = db.transaction(name).objectStore(name).getAll();
      const all = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      rows[name] = all.length;
      for (const row of all) text += (row.data ? new TextDecoder().decode(row.data) : "") + JSON.stringify(row);
    }
    db.close();
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) text += request.url + (await (await cache.match(request)).text());
    }
    return { rows, readable: words.filter((word) => text.includes(word)) };
  }, secrets);
}

const path = `${lang === "en" ? "/en" : ""}/field/day`;

/** A phone of somebody who signs in through the mast and opens their day. */
async function phone(stage, who, { sync = true, more = () => {} } = {}) {
  const mast = await stage.mast();
  const someone = await stage.person({ width, lang, through: mast.base });
  const context = someone.page.context();
  await more(context);
  // Without it the page alone sends, and hears everything that is answered.
  if (!sync) await context.addInitScript(() => { Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", { value: undefined }); });
  // What a phone was told of its reports, and a way to lose the next answer after the server has given it.
  someone.mast = mast;
  someone.told = [];
  await context.exposeFunction("toldOf", (line) => someone.told.push(line));
  await context.addInitScript(() => {
    const real = globalThis.fetch;
    globalThis.fetch = async (...given) => {
      const answer = await real(...given);
      if (!String(given[0]).includes("/commands")) return answer;
      if (answer.status === 200) for (const { outcome } of (await answer.clone().json()).outcomes) await globalThis.toldOf(outcome);
      if (sessionStorage.getItem("lose")) {
        sessionStorage.removeItem("lose");
        throw new TypeError("the answer was lost on the way");
      }
      return answer;
    };
  });
  someone.network = async (there) => {
    if (there) mast.mend();
    else mast.cut();
    await context.setOffline(!there);
  };
  await someone.page.goto(mast.base + path);
  await knock(someone, who);
  await opened(someone);
  return someone;
}

const opened = ({ page }) => page.locator('#field[data-ready="1"]').waitFor();

/** A killed tab, and another one. */
async function again(someone, to = path) {
  const context = someone.page.context();
  await someone.page.close();
  someone.page = await context.newPage();
  await someone.page.goto(someone.mast.base + to);
  await opened(someone);
}

const stops = (page) => page.locator("li.stop:visible");
/** So many are left to see. */
const left = (page, n) => page.waitForFunction((n) => [...document.querySelectorAll("li.stop")].filter((li) => !li.hidden).length === n, n);
const form = (page) => page.locator("section:not([hidden]) form.visit-form");

/** Opens the first that nothing is written about yet, or this one; answers which. */
async function begin({ page }, visit) {
  const item = visit ? page.locator(`li.stop[data-visit="${visit}"]`) : page.locator('li.stop[data-state=""]:visible, li.stop:not([data-state]):visible').first();
  const id = await item.getAttribute("data-visit");
  await item.locator("a.stop-open").click();
  await form(page).waitFor();
  return id;
}

const choose = (page, name, value) => form(page).locator(`input[name="${name}"][value="${value}"]`).check();
const send = ({ page }) => form(page).locator(".thumb button").click();

await journey("visits-offline", async (stage) => {
  const worker = account("committee_worker");
  const a = await phone(stage, worker, { sync: false });
  await says(a, SAYS.ready);
  await stage.look(a, "1-day");
  // The way as a drawing lies in the pack; it is there without signal, too (below).
  const drawing = () => a.page.locator(".day-map");
  await drawing().locator("summary").click();
  assert(await drawing().locator(".sketch .stop").count() > 0, "doors stand on the drawing");
  await stage.look(a, "1-map");
  await drawing().locator("summary").click();
  const today = await stops(a.page).count();
  assert(today >= 8, `a day of a demo has households to see: ${today}`);
  const bytes = Number(await a.page.locator("#field").getAttribute("data-bytes"));
  assert(bytes > 0 && bytes < 2_000_000, `the day's pack takes ${bytes} bytes`);
  const name = await a.page.locator("li.stop b").first().innerText();
  const secrets = [name.replace(/^\d+\. /, "")];
  assert.deepEqual((await stored(a.page, secrets)).readable, [], "nobody's name can be read in the storage");

  // The shortest report is three taps, and none of them has to be looked for: the household, "seen", "done". The first household is left
  // as it is, by going back.
  const inView = (locator) => locator.evaluate((element) => { const { top, bottom } = element.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; });
  await begin(a);
  const [tile, thumb] = [form(a.page).locator(".tile", { has: a.page.locator('input[value="seen"]') }), form(a.page).locator(".thumb")];
  const covered = (await tile.boundingBox()).y + (await tile.boundingBox()).height > (await thumb.boundingBox()).y;
  assert(await inView(tile) && await inView(thumb.locator("button")) && !covered, "the first answer and the button stand on the screen");
  await a.page.locator("[data-back]:visible").click();

  // With signal: done in one go, and the next one comes first.
  const begun = Date.now();
  await begin(a);
  await stage.look(a, "2-form");
  await choose(a.page, "outcome", "seen");
  for (const [field, value] of [["chat", "yes"], ["mood", "well"], ["card", "good"], ["strap", "worn"], ["needs", "meal"]]) await choose(a.page, field, value);
  await stage.look(a, "3-seen");
  await send(a);
  await left(a.page, today - 1);
  await says(a, SAYS.sent);
  console.log(`a report was taken ${Date.now() - begun} ms after its form opened, looking at it included`);
  assert.deepEqual(a.told, ["done"]);

  // The second phone of the pair takes its day along; its clock is five hours wrong. No name stands there.
  const b = await phone(stage, account("volunteer"), { sync: false, more: wrongClock(-5) });
  await says(b, SAYS.ready);
  await stage.look(b, "4-volunteer");
  assert(!(await b.page.content()).includes(secrets[0]), "the supplementary force learns no name");

  // A dead spot before the page opens, a tab killed in the middle of a word, a photo that is a bomb and one that is none.
  await a.network(false);
  await again(a);
  await says(a, SAYS.none);
  await drawing().locator("summary").click();
  assert(await drawing().locator(".sketch .stop").first().isVisible(), "the drawing needs no signal");
  const second = await begin(a);
  await choose(a.page, "outcome", "seen");
  const note = zh ? "厨房的灯坏了" : "The kitchen light is broken";
  await form(a.page).locator("#visit-note").fill(note);
  await a.page.locator("[data-back]:visible").click();
  await a.page.locator(`li.stop[data-visit="${second}"][data-state="state-draft"]`).waitFor();
  await again(a, `${path}/${second}`);
  assert.equal(await form(a.page).locator("#visit-note").inputValue(), note, "what was written is still there");
  const picture = form(a.page).locator("#visit-photo");
  const shown = form(a.page).locator("[data-photo] img");
  await picture.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: BOMB });
  await form(a.page).locator("[data-photo-says]", { hasText: SAYS.large }).waitFor();
  await picture.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: DOT });
  await shown.waitFor();
  await send(a);
  await says(a, SAYS.waits(1));
  await stage.look(a, "5-waits");
  assert.deepEqual((await stored(a.page, [...secrets, note])).readable, [], "what waits cannot be read");

  // Another one, thought over before it was sent: one report of it.
  const third = await begin(a);
  await choose(a.page, "outcome", "not-home");
  await send(a);
  await says(a, SAYS.waits(2));
  await a.page.locator(`li.stop[data-visit="${third}"] a.stop-open`).click();
  await a.page.locator("[data-waits]:visible").click();
  await choose(a.page, "outcome", "refused");
  await send(a);
  await says(a, SAYS.waits(2));

  // Signal again, and the answer is lost after the server took everything: sent again, it counts once.
  await a.page.evaluate(() => sessionStorage.setItem("lose", "1"));
  a.told.length = 0;
  await a.network(true);
  await says(a, SAYS.sent);
  assert.deepEqual([...a.told].sort(), ["before", "before", "done", "done"], "taken once, and known the second time");
  await left(a.page, today - 3);

  // Two phones on one visit: the second report lies in the inbox, and its author is told.
  await b.network(false);
  await again(b);
  const listed = ({ page }) => stops(page).evaluateAll((all) => all.map((li) => li.dataset.visit));
  const ours = await listed(a);
  const fourth = (await listed(b)).find((visit) => ours.includes(visit));
  assert(fourth, "the two are sent to somebody together");
  await begin(b, fourth);
  await choose(b.page, "outcome", "not-home");
  await send(b);
  await says(b, SAYS.waits(1));
  await a.page.evaluate(() => dispatchEvent(new Event("focus")));
  await begin(a, fourth);
  await choose(a.page, "outcome", "rescheduled");
  await send(a);
  await form(a.page).locator("[data-wrong]:visible").waitFor();
  await form(a.page).locator('[data-plus="7"]').click();
  await send(a);
  await left(a.page, today - 4);
  await b.network(true);
  await b.page.locator("#field-told .notice", { hasText: SAYS.inbox }).waitFor();
  await stage.look(b, "6-inbox");
  await b.page.locator("#field-told button").click();

  // A full phone: with signal it works, without it says that the page must stay open.
  await a.page.evaluate(() => {
    const full = () => { throw new DOMException("full", "QuotaExceededError"); };
    Object.assign(IDBObjectStore.prototype, { put: full, add: full });
  });
  await begin(a);
  await choose(a.page, "outcome", "not-home");
  await send(a);
  await left(a.page, today - 5);
  await says(a, SAYS.full);
  await a.network(false);
  await begin(a);
  await choose(a.page, "outcome", "not-home");
  await send(a);
  await says(a, SAYS.memory(1));
  await stage.look(a, "7-full");
  await a.network(true);
  await left(a.page, today - 6);
  await says(a, SAYS.full);
  await again(a);

  // 48 hours: the list goes, also without signal; what was written stays and goes out later.
  await a.network(false);
  await begin(a);
  await choose(a.page, "outcome", "not-home");
  await send(a);
  await says(a, SAYS.waits(1));
  await wrongClock(49)(a.page.context());
  await again(a);
  await a.page.locator("main", { hasText: SAYS.expired }).waitFor();
  await a.page.locator("main", { hasText: SAYS.left(1) }).waitFor();
  const later = await stored(a.page, secrets);
  assert.deepEqual([later.rows.keys, later.rows.queue], [1, 1], "the list is gone, what was written is still there");
  await stage.look(a, "8-after-48-hours");
  await a.network(true);
  await again(a);
  await a.page.locator('#field-says[data-waiting="0"]').waitFor({ state: "attached" });

  // Signing out without signal deletes nothing that was not sent without a word.
  await b.network(false);
  await again(b);
  await begin(b);
  await choose(b.page, "outcome", "not-home");
  await send(b);
  await says(b, SAYS.waits(1));
  await b.page.locator("[data-leave] button").click();
  await b.page.locator('[data-id="leave"]').waitFor();
  await stage.look(b, "9-not-sent-yet");
  await b.page.locator('[data-id="leave"] button').last().click();
  await b.network(true);
  await b.page.locator("[data-leave] button").click();
  await b.page.waitForURL((url) => url.pathname.endsWith("/login"));
  const { rows } = await stored(b.page, []);
  assert.deepEqual([rows.keys, rows.packs, rows.queue], [0, 0, 0], "signed out, nothing is left");

  // A session that is ended from elsewhere: the phone deletes what it has at the next contact.
  const desk = await stage.person({ width: 1280, lang });
  await desk.page.goto(at("/desk/me", lang));
  await knock(desk, worker);
  await desk.page.waitForURL((url) => url.pathname.endsWith("/desk/me"));
  await desk.page.locator('form[action$="/sessions/others"] button').click();
  await desk.page.waitForLoadState();
  await a.page.evaluate(() => dispatchEvent(new Event("focus")));
  await a.page.locator("main", { hasText: SAYS.out }).waitFor();
  const gone = await stored(a.page, secrets);
  assert.deepEqual([gone.rows.keys, gone.rows.packs, gone.rows.queue], [0, 0, 0], "ended from elsewhere, nothing is left");
  await stage.look(a, "10-ended-from-elsewhere");
  await a.page.goto(a.mast.base + path);
  assert.match(a.page.url(), /\/login/, `${base} asks who it is`);

  // Signing out at the desk, in the same browser: the sign-in page deletes the list.
  await knock(a, worker);
  await opened(a);
  assert.equal((await stored(a.page, [])).rows.packs > 0, true, "the day lies on the phone again");
  await a.page.goto(a.mast.base + path.replace("/field/day", "/desk"));
  await a.page.locator('form[action$="/logout"]').first().evaluate((form) => form.submit());
  await a.page.waitForURL((url) => url.pathname.endsWith("/login"));
  await a.page.waitForFunction(() => localStorage.getItem("mulin-day") === null);
  assert.equal((await stored(a.page, [])).rows.packs, 0, "signed out at the desk, the list is gone");

  // Away too long: the list stays, the report waits, and goes out once its author has signed in again.
  await knock(a, worker);
  await a.page.goto(a.mast.base + path);
  await opened(a);
  const rest = await stops(a.page).count();
  await a.network(false);
  await begin(a);
  await choose(a.page, "outcome", "not-home");
  await send(a);
  await says(a, SAYS.waits(1));
  await time("advance 13h");
  await a.network(true);
  await says(a, SAYS.signIn(1));
  await left(a.page, rest);
  await stage.look(a, "11-away-too-long");
  await a.page.locator("#day-sign-in a").click();
  await knock(a, worker);
  await opened(a);
  await left(a.page, rest - 1);
  await a.page.locator('#field-says[data-waiting="0"]').waitFor({ state: "attached" });
});
