// From report to find, with three teams (L12): a family reports her missing, the desk plans, three teams walk with their phones. One goes
// through a dead spot: the network is cut at every step, its tab is killed, its answers are lost on the way, its clock is five hours wrong, a second
// tab is open; each tick counts once. One has a browser that keeps nothing. One works without a script. The third finds her.
import { account, areaId, assert, at, base, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const zh = lang === "zh";
const SAYS = {
  ready: zh ? /离线可用/ : /Works offline/,
  sent: zh ? /都已送到值班室/ : /The post has everything/,
  waits: (n) => (zh ? new RegExp(`已存手机，${n} 条等信号`) : new RegExp(`waiting for signal: ${n}$`)),
  memory: (n) => (zh ? new RegExp(`没能存进手机.*${n} 条等信号`) : new RegExp(`Not kept on this phone.*: ${n}\\.`)),
  refused: zh ? /不让存东西/ : /keeps nothing/,
  over: zh ? /任务结束了/ : /The task is over/,
};

/** The line on top of a phone says this. */
async function says({ page }, words) {
  const bar = page.locator("#field-says");
  await bar.filter({ hasText: words }).waitFor().catch(async () => {
    throw new Error(`the phone says "${await bar.innerText()}" and not ${words}`);
  });
}

/** How much the phone holds of tasks: rows in its storage, and whether something of the task can be read there. */
function stored(page) {
  return page.evaluate(async () => {
    const db = await new Promise((done, failed) => {
      const request = indexedDB.open("mulin-field");
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const rows = [];
    for (const name of db.objectStoreNames) {
      const all = db.transaction(name).objectStore(name).getAll();
      rows.push(...await new Promise((done) => { all.onsuccess = () => done(all.result); }));
    }
    db.close();
    const text = rows.map((row) => (row.data ? new TextDecoder().decode(row.data) : "") + JSON.stringify(row)).join("");
    const kept = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) kept.push(request.url + (await (await cache.match(request)).text()));
    }
    const code = location.pathname.split("/s/")[1];
    const secret = document.querySelector(".look-for .said")?.textContent ?? code;
    const all = text + kept.join("");
    return { rows: rows.length, readable: all.includes(code) || all.includes(code.replaceAll("-", "")) || all.includes(secret) };
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

/** The desk's map shows what is known: without it the picture would be of streets alone. */
async function drawn({ page }) {
  await page.bringToFront();
  await page.locator('[data-search][data-ready="1"]').waitFor({ timeout: 60_000 });
}

const boxes = (page) => page.locator('input[name="walked"]:not([data-done]):not(:checked)');

/** Team A: everything that can go wrong between a phone and the district. */
async function deadSpots(stage, mast, path, desk) {
  const more = { permissions: ["geolocation"], geolocation: await desk.near() };
  const team = await stage.person({ width, lang, through: mast.base, more });
  const context = team.page.context();
  await wrongClock(-5)(context);
  await team.page.goto(mast.base + path);
  await says(team, SAYS.ready);
  await stage.look(team, "a1-task");
  const streets = await boxes(team.page).count();
  assert(streets >= 2, `a route has streets to tick: ${streets}`);
  assert.deepEqual(await stored(team.page).then(({ readable }) => readable), false, "what is kept cannot be read");

  // With signal: a tick is at the desk within two seconds.
  const begun = Date.now();
  await boxes(team.page).first().check();
  await says(team, SAYS.sent);
  console.log(`a tick was taken after ${Date.now() - begun} ms`);

  // A dead spot: tick, untick, here, seen; then the tab is killed.
  mast.cut();
  await context.setOffline(true);
  if (streets > 1) await boxes(team.page).first().check();
  await says(team, SAYS.waits(1));
  await team.page.locator("#here button").click();
  await says(team, SAYS.waits(2));
  await team.page.locator("#seen-words").fill(zh ? "像是往河边走了" : "walked towards the river");
  await team.page.locator("#seen button").click();
  await says(team, SAYS.waits(3));
  const taken = await boxes(team.page).count();
  if (taken > 0) {
    const last = boxes(team.page).last();
    const id = await last.getAttribute("id");
    await team.page.locator(`[id="${id}"]`).check();
    await says(team, SAYS.waits(4));
    await team.page.locator(`[id="${id}"]`).uncheck();
    await says(team, SAYS.waits(3));
  }
  await stage.look(team, "a2-no-signal");
  await team.page.close();

  // The page opens without signal, in two tabs; what waits is there.
  team.page = await context.newPage();
  await team.page.goto(mast.base + path);
  await says(team, SAYS.waits(3));
  await stage.look(team, "a3-opened-without-signal");
  const second = { ...team, page: await context.newPage() };
  await second.page.goto(mast.base + path);
  await says(second, SAYS.waits(3));
  assert.deepEqual(await stored(team.page).then(({ readable }) => readable), false, "what waits cannot be read");

  // The way walked, while the switch is on.
  await team.page.locator("#trace-on").check();
  await team.page.locator("[data-trace-says]", { hasText: "1" }).waitFor();
  await team.page.locator("#trace-on").uncheck();
  await says(team, SAYS.waits(4));

  // Signal again: everything once, in order, from one of the tabs.
  mast.mend();
  await context.setOffline(false);
  await says(team, SAYS.sent);
  await second.page.close();
  await stage.look(team, "a4-sent");
  return team;
}

/** Team B: a browser that keeps nothing. It works with signal and says so; without, what is done waits in the open page. */
async function keepsNothing(stage, mast, path) {
  const team = await stage.person({ width, lang, through: mast.base });
  const context = team.page.context();
  await context.addInitScript(() => { IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); }; });
  await team.page.goto(mast.base + path);
  await says(team, SAYS.refused);
  await boxes(team.page).first().check();
  await team.page.locator('input[name="walked"][data-done]').first().waitFor();
  mast.cut();
  await context.setOffline(true);
  const street = team.page.locator("#here-street");
  await street.selectOption(await street.locator("option").nth(1).getAttribute("value"));
  await team.page.locator("#here button").click();
  await says(team, SAYS.memory(1));
  await stage.look(team, "b1-kept-in-the-page");
  mast.mend();
  await context.setOffline(false);
  await says(team, SAYS.refused);
  return team;
}

/** Team C: no script at all, and it finds her. */
async function plain(stage, path) {
  const team = await stage.person({ width, lang, script: false });
  await team.page.goto(base + path);
  await stage.look(team, "c1-without-script");
  await boxes(team.page).first().check();
  await team.page.locator("#streets button").click();
  await team.page.locator('.notice-good[role="status"]').waitFor();
  await team.page.locator("#found-words").fill(zh ? "坐在河边，没受伤" : "sitting by the river, unhurt");
  const street = team.page.locator("#found-street");
  await street.selectOption(await street.locator("option").last().getAttribute("value"));
  await team.page.locator("#found button").click();
  await team.page.locator('.notice-good[role="status"]').waitFor();
  await stage.look(team, "c2-found");
  return team;
}

await journey("search", async (stage) => {
  const mast = await stage.mast();
  const officer = await stage.person({ width: 1280, lang });
  await signIn(officer, account("duty_officer"));

  // The family reports her missing; the desk takes it over and begins a search where she was seen last.
  const family = await stage.person({ width, lang });
  await family.page.goto(at("/missing", lang));
  await family.page.locator("#address").fill("老街药店门口");
  await family.page.locator("#area").selectOption(await areaId("归雁苑"));
  await family.page.locator("#words").fill("灰外套，黑布鞋，走得慢，叫她奶奶就会应");
  await family.page.locator("#phone").fill("021-0555 0177");
  await family.page.locator("#lost .actions button[value=send]").click();
  await family.page.locator(".code.secret").waitFor();
  const number = (await family.page.locator("main").innerText()).match(/ZS-\d+-\d+/)[0];
  await officer.page.goto(at("/desk/lost", lang));
  await officer.page.locator("#cases li", { hasText: number }).locator("a.whole").click();
  await officer.page.locator('form[action$="/step/take"] button').click();
  const missing = officer.page.url().split("?")[0];
  await officer.page.goto(`${missing}/search/tell/begin`);
  if (!(await officer.page.locator('input[name="lat"]').inputValue())) await officer.page.locator("#place").fill("老街");
  await officer.page.locator("form.sheet .actions button").click();
  await officer.page.waitForURL(/\/search$/);

  // Three teams, each with a route and a link of its own.
  for (const name of ["甲", "乙", "丙"]) {
    await officer.page.goto(`${missing}/search/tell/team`);
    await officer.page.locator("#name").fill(`志愿者${name}队`);
    await officer.page.locator("form.sheet .actions button").click();
    await officer.page.waitForURL(/\/search$/);
  }
  await officer.page.locator('form[action$="/give-out"] .actions button').click();
  await officer.page.locator(".team details").nth(2).waitFor();
  await drawn(officer);
  await stage.look(officer, "1-plan");
  // The slider: the map is fetched for an earlier instant and says when that is; the list goes on showing now.
  const earlier = officer.page.waitForResponse((answer) => answer.url().includes("map.geojson") && answer.url().includes("ago=3"));
  const slider = officer.page.locator("#ago-range");
  await slider.focus();
  for (let n = 0; n < 3; n += 1) await slider.press("ArrowLeft");
  assert.equal((await earlier).status(), 200, "an earlier instant has a map");
  assert.match(await officer.page.locator('output[for="ago-range"]').innerText(), /3/);
  assert(await officer.page.locator(".team details").nth(2).isVisible(), "the list shows now");
  const sheets = await officer.page.locator('a[href*="/sheet/"]').evaluateAll((all) => all.map((a) => a.href));
  assert.equal(sheets.length, 3, "a sheet for each team");
  const tasks = [];
  for (const sheet of sheets) {
    await officer.page.goto(sheet);
    const task = (await officer.page.content()).match(/(?:\/en)?\/field\/s\/[0-9A-Z-]+/)?.[0];
    assert(task, "the sheet has the link of the team");
    tasks.push(lang === "en" && !task.startsWith("/en") ? `/en${task}` : task);
  }
  await stage.look(officer, "2-sheet");
  const desk = {
    /** Where the phone of the first team is: on the first street of its route. */
    async near() {
      const page = await officer.page.context().newPage();
      await page.goto(base + tasks[0]);
      const option = page.locator("#here-street option").nth(1);
      const [latitude, longitude] = [Number(await option.getAttribute("data-lat")), Number(await option.getAttribute("data-lon"))];
      await page.close();
      return { latitude, longitude, accuracy: 9 };
    },
    /** What the desk was told, in the order in which it happened. */
    async told() {
      await officer.page.goto(`${missing}/search`);
      return officer.page.locator("#told-h ~ ol li").allInnerTexts();
    },
  };

  const a = await deadSpots(stage, mast, tasks[0], desk);
  const b = await keepsNothing(stage, mast, tasks[1]);
  await officer.page.goto(`${missing}/search`);
  await drawn(officer);
  await stage.look(officer, "3-meanwhile");
  await plain(stage, tasks[2]);

  // What the phone of team A sent through the dead spot stands at the desk once, at its time and not five hours ago.
  await officer.page.goto(`${missing}/search`);
  await drawn(officer);
  await stage.look(officer, "4-found");
  const river = zh ? "像是往河边走了" : "walked towards the river";
  const html = await officer.page.locator("main").innerText();
  assert.equal(html.split(river).length - 1, 1, `what team A saw stands there once: ${html}`);
  await officer.page.goto(`${missing}/search/debrief`);
  await stage.look(officer, "5-debrief");

  // The end: the codes open nothing, and the phones keep nothing.
  await officer.page.goto(`${missing}/search`);
  await officer.page.locator('form[action$="/search/close"] button').click();
  await a.page.bringToFront();
  await a.page.reload();
  const after = await a.page.goto(mast.base + tasks[0]);
  assert.equal(after.status(), 404, "the code of a search that is over opens nothing");
  assert(await a.page.locator('a[href^="tel:"]').count(), "the desk can be called");
  const rows = async () => (await stored(a.page)).rows;
  for (let n = 0; n < 40 && (await rows()) > 0; n += 1) await a.page.waitForLoadState("networkidle");
  assert.equal(await rows(), 0, "nothing of the task is left on the phone");
  await b.page.evaluate(() => dispatchEvent(new Event("focus")));
  await b.page.locator("#task", { hasText: SAYS.over }).waitFor();
  await stage.look(b, "b2-over");
});
