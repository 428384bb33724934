// A daughter follows her mother's watch: where now in words, today's path, battery, who can see and who looked; a place drawn on the map
// that tells when it is left; an alert that comes to the open page by itself and is answered; the button, which stands at the post at
// once; an officer who looks while the case is open, which the family reads; pause and resume; and nothing to see after the end.
import { connect } from "node:net";
import { assert, at, base, journey, links, settings, signIn, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const say = (zh, en) => (lang === "zh" ? zh : en);
// One that nothing moves but this journey, of somebody who lives where an account of the demo works.
const elder = links.gateway.filter((g) => g.walks === false)[1];
const port = links.gateway.find((g) => g.protocol === "watch").port;
const code = new URL(elder.family).pathname.split("/").at(-1);

await journey("locator", async (stage) => {
  const watch = await wrist();
  await time("advance 1m");
  await watch.isAt(20);
  await time("advance 6m");
  await watch.isAt(30);

  const family = await stage.person({ width, lang });
  const { page } = family;
  await page.goto(at(`/p/${code}/locator`, lang));
  await stage.look(family, "door");
  await page.locator("#digits").fill(elder.digits);
  await page.locator("main form button").click();
  await page.locator("#loc-now").waitFor();
  await settled(page, "#loc-now", say("80", "80"));
  const words = await page.locator("main").innerText();
  assert.match(words, say(/分钟前|刚刚/, /minutes? ago|just now/), "how old it is");
  assert.match(words, say(/误差/, /give or take|how exactly/), "how exact it is");
  assert.match(words, say(/百分之 80/, /80%/), "the battery");
  assert.match(await page.locator("#loc-day").innerText(), /\d\d:\d\d/, "today's path");
  assert.match(words, say(/谁看得到位置[\s\S]*老人自己/, /Who can see where they are[\s\S]*The wearer/));
  await stage.look(family, "where");

  // Around home, drawn on the map.
  await page.locator('a[href$="/fences/new"]').click();
  await page.locator("#name").fill(say("家门口", "The door"));
  await page.locator("[data-draw-open]").click();
  await page.locator('[data-draw-tool="centre"]').click();
  await page.waitForFunction(() => document.querySelector('[name="lat"]').value !== "");
  await page.locator("#metres").selectOption("200");
  await page.locator('[name="rule"][value="leave"]').check();
  await page.locator('[name="hours"][value="always"]').check();
  await stage.look(family, "fence");
  await page.locator('.actions button[name="go"][value="save"]').click();
  await page.waitForURL((url) => url.search === "?done=fence");
  const fence = say("家门口", "The door");
  assert((await page.locator("main").innerText()).includes(fence));
  await stage.look(family, "fence-saved");
  for (const metres of [25, 35]) {
    await time("advance 2m");
    await watch.isAt(metres);
  }
  await appears(page, "#loc-fences", say("在里面", "Inside"));

  // She leaves; the open page says so without being asked.
  for (const metres of [420, 560, 700, 840, 980]) {
    await time("advance 2m");
    await watch.isAt(metres);
  }
  await appears(page, "#loc-alerts", fence);
  await stage.look(family, "left");
  await page.locator("#loc-alerts section", { hasText: fence }).locator('button[value="mine"]').click();
  await page.waitForURL((url) => url.search === "?done=mine");
  assert.match(await page.locator("#loc-alerts").innerText(), say(/您去看了/, /Seen to by: you/));
  await stage.look(family, "answered");

  // Switched off for an hour, and on again.
  await page.locator('a[href$="/locator/switch"]').first().click();
  await stage.look(family, "switch");
  await page.locator('[name="how"][value="hour"]').check();
  await page.locator('button[value="switch"]').click();
  await page.waitForURL((url) => url.search === "?done=paused");
  assert.equal(await page.locator("#loc-now .promise").count(), 0, "no place while it is off");
  await stage.look(family, "paused");
  await page.locator('button[value="resume"]').click();
  await page.waitForURL((url) => url.search === "?done=on");
  await page.locator("#loc-now .promise").waitFor();

  // The button: at the family and at the post at once.
  await time("advance 1m");
  await watch.calls();
  await appears(page, "#loc-alerts", say("按了求救键", "The SOS button was pressed"));
  await stage.look(family, "sos");
  const officer = await post(stage);
  const calls = officer.page.locator("#sos li", { hasText: say("按了求救键", "The SOS button was pressed") });
  const line = calls.filter({ has: officer.page.locator('button[value="case"]') });
  await stage.look(officer, "post");
  await line.first().locator('button[value="take"]').click();
  await appears(officer.page, "#sos", say("有人在处理", "Taken"));
  await line.first().locator('button[value="case"]').click();
  await officer.page.waitForURL((url) => /\/desk\/lost\/[0-9a-f-]{36}$/.test(url.pathname));
  const matter = new URL(officer.page.url()).pathname.replace(/^\/en/, "");

  // Whoever works on the case sees where, while it is open; the page goes on by itself, and the family reads who looked.
  await officer.page.goto(at(`${matter}/locator`, lang));
  await officer.page.locator("#loc-live strong").first().waitFor();
  await stage.look(officer, "track");
  const first = await officer.page.locator("#loc-live").innerText();
  await time("advance 1m");
  await watch.isAt(1_250, 71);
  await officer.page.waitForFunction((was) => document.querySelector("#loc-live").innerText !== was, first);
  await appears(page, "#loc-looks", say("为了走失案", "For the case of a lost elder"));
  await stage.look(family, "looked");

  // Found, answered, over: there is nothing to see any more.
  await step(officer, matter, "answer", { words: "人找到了", reached: "told" });
  await step(officer, matter, "close", { outcome: "not_lost" });
  const gone = await officer.page.goto(at(`${matter}/locator`, lang));
  assert(gone.status() >= 400, `a closed case shows ${gone.status()}`);
  assert.equal(await officer.page.locator("#loc-live, [data-track-data]").count(), 0);

  // At the counter of the office: devices, and no places.
  const admin = await stage.person({ width, lang });
  await signIn(admin, links.accounts.find((a) => a.role === "system_admin"));
  await admin.page.goto(at("/desk/admin/locators", lang));
  await stage.look(admin, "devices");
  await admin.page.locator("tbody tr", { hasText: elder.device.slice(-4) }).locator("a").first().click();
  await stage.look(admin, "device");
  await admin.page.locator("#model").fill("pendant");
  await admin.page.locator("form.sheet .actions button").click();
  await admin.page.waitForURL((url) => url.search === "?done=profile");
  assert((await admin.page.locator("tbody").innerText()).includes("pendant"));
  await admin.page.goto(at("/desk/admin/locators/rules", lang));
  await stage.look(admin, "times");
});

/** The part of the page, once it holds these words, without the page being loaded anew. */
async function appears(page, part, words) {
  const begun = Date.now();
  await page.waitForFunction(([p, w]) => document.querySelector(p)?.innerText.includes(w), [part, words], { timeout: 25_000 });
  console.log(`${part} said ${words} after ${Date.now() - begun} ms`);
}

/** As [`appears`], loading the page again: what was sent just before it was opened may be a moment behind. */
async function settled(page, part, words) {
  for (let n = 0; n < 50; n += 1) {
    if ((await page.locator(part).innerText()).includes(words)) return;
    await page.reload();
  }
  throw new Error(`${part} never says ${words}`);
}

/** Somebody at the post where the wearer lives, on the page of alerts. */
async function post(stage) {
  const roles = ["duty_officer", "post_head", "community_officer", "catch_all"];
  for (const who of links.accounts.filter((a) => roles.includes(a.role))) {
    const someone = await stage.person({ width, lang });
    await signIn(someone, who);
    await someone.page.goto(at("/desk/locators", lang));
    const calls = someone.page.locator("#sos li", { hasText: say("按了求救键", "The SOS button was pressed") });
    if ((await calls.count()) > 0) return someone;
    await someone.page.context().close();
  }
  throw new Error("no post has the call on its list");
}

/** A step of the case, sent as its page sends it. */
async function step({ page }, matter, what, values) {
  await page.goto(at(matter, lang));
  const status = await page.evaluate(async ([path, fields]) => {
    const version = document.querySelector('[name="version"]').value;
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams({ version, ...fields }) });
    return answer.status;
  }, [`${base}${matter}/step/${what}`, values]);
  assert(status < 400, `${what}: ${status}`);
}

/** The watch: frames as such devices send them, over TCP; each waits for its acknowledgement. */
async function wrist() {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  socket.setEncoding("utf8");
  // A watch that stays connected does not keep the journey from ending.
  socket.unref();
  socket.on("data", (text) => { heard += text; });
  await new Promise((done, failed) => socket.once("connect", done).once("error", failed));
  const frame = (text) => `[3G*${elder.device}*${text.length.toString(16).toUpperCase().padStart(4, "0")}*${text}]`;
  const until = async (reply) => {
    for (let n = 0; n < 600 && !heard.includes(`*${reply}]`); n += 1) await new Promise((done) => setTimeout(done, 50));
    assert(heard.includes(`*${reply}]`), `no ${reply} for ${elder.device}: ${heard}`);
    heard = "";
  };
  const place = async (kind, metres, battery, alarms) => {
    const [lon, lat] = elder.home;
    const east = metres === null ? 0 : lon + metres / (111_195 * Math.cos((lat * Math.PI) / 180));
    const now = new Date(await time("advance 0s")).toISOString();
    const [date, clock] = [now.slice(2, 10).split("-").reverse().join(""), now.slice(11, 19).replaceAll(":", "")];
    const where = metres === null ? "V,0.000000,N,0.000000,E" : `A,${lat.toFixed(6)},N,${east.toFixed(6)},E`;
    return frame(`${kind},${date},${clock},${where},3.00,90.0,0.0,9,100,${battery},0,0,${alarms},0,255,0`);
  };
  return {
    async isAt(metres, battery = 80) {
      socket.write((await place("UD", metres, battery, "00000000")) + frame("LK"));
      await until("LK");
    },
    async calls() {
      socket.write(await place("AL", null, 60, "00010000"));
      await until("AL");
    },
  };
}
