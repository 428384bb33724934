// A committee worker's month (N4, N5, N7, N8, N10), on a phone: who is due and why, a round and its sheets, the day of visits, a need and
// a danger that are dealt with, a door that stays closed and is not forgotten, somebody home from hospital, somebody who wishes for
// fewer, somebody who dies, heat, a call, an invitation, the contact cards, and the figures at the end.
import { account, assert, at, base, fill, handling, journey, knock, links, numberOf, settings, signIn, step, steps, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const PLACE = "归雁苑";

await journey("month", async (stage) => {
  const worker = await colleague(stage, "committee_worker");
  const month = { stage, worker, page: worker.page };

  await due(month);
  await round(month);
  await time("set 2026-06-25T08:30:00+08:00");
  month.met = await day(month);
  await dealtWith(month);
  await closedAgain(month);
  await byTelephone(month);
  await fewer(month);
  await discharged(month);
  await heat(month);
  await volunteer(month);
  await company(month);
  await cards(month);
  await died(month);
  await figures(month);
});

/** Somebody with a phone of their own, signed in. */
async function colleague(stage, role) {
  const someone = { ...(await stage.person({ width, lang })), who: account(role) };
  await signIn(someone, someone.who);
  return someone;
}

/** Opens this page; it stands. Whose session lay idle meanwhile signs in again. */
async function go(someone, path) {
  const { page, lang, who } = someone;
  const to = path.startsWith("http") ? path : at(path, lang);
  let reply = await page.goto(to);
  if (new URL(page.url()).pathname.endsWith("/login")) {
    await knock(someone, who);
    reply = await page.goto(to);
  }
  assert.equal(reply.status(), 200, `${path} answers ${reply.status()}`);
}

function words(page) {
  return page.locator("main").innerText();
}

function good(page) {
  return page.locator('main .notice-good[role="status"]').waitFor();
}

/** Who is due, with the reason of each date; and the people themselves, the most urgent first. */
async function due({ stage, worker, page }) {
  await go(worker, "/desk/visits");
  const rows = await page.locator("[data-rows] tr").allInnerTexts();
  assert(rows.length > 5, "the demo has people who are due");
  for (const text of rows) assert.match(text, /独居|季度|没人应门|高温|情况有变|每周|约好|第一次|节日/, `why that day: ${text}`);
  await stage.look(worker, "01-due");
  await go(worker, "/desk/care");
  await stage.look(worker, "02-people");
}

/** A round of a day in the worker's neighbourhood: planned, published, its sheet on A5, its times in the calendar. */
async function round({ stage, worker, page }) {
  await go(worker, "/desk/rounds/new");
  const area = page.locator("#area option", { hasText: PLACE }).first();
  await page.locator("#area").selectOption(await area.getAttribute("value"));
  await page.locator("form.filters button").click();
  await page.locator("#visits summary").first().waitFor();
  await stage.look(worker, "03-round-new");
  const wanted = await page.locator("input[name=visit]:checked").count();
  await page.locator("form[method=post] .actions button").click();
  await page.locator(".round-plan").waitFor({ timeout: 30_000 });
  // A plan that takes longer shows how far it is; the page comes anew when it is done.
  await page.locator("#planning").waitFor({ state: "detached", timeout: 60_000 });
  assert.equal(await page.locator("main [data-visit]").count(), wanted, "each visit stands somewhere");
  await stage.look(worker, "04-round-plan");
  await page.locator(".next form button").first().click();
  await page.locator(".next p").waitFor();
  await stage.look(worker, "05-round-told");
  await page.locator(".round-pair a.button").last().click();
  await page.locator(".round-sheet").waitFor();
  await stage.look(worker, "06-sheet");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
  assert(boxes.length > 0 && boxes.every(([, w, h]) => w <= 421 && h <= 596), "the sheet is A5");

  await go(worker, "/desk/me");
  await page.locator('button[name="wish"][value="make"]').click();
  const feed = new URL((await page.locator(".code.secret").innerText()).trim());
  const calendar = await (await fetch(base + feed.pathname)).text();
  assert.match(calendar, /DTSTART[^\r\n]*20260625T/, "the day of the round stands in the calendar");
  for (const secret of links.secrets) assert(!calendar.includes(secret), "whoever holds the calendar's address learns of nobody");
}

/** What a visit brings is raised by a job, a second after the report came in. */
function raised() {
  return time("advance 10s");
}

function stops(page) {
  return page.locator("li.stop:visible");
}

function form(page) {
  return page.locator("section:not([hidden]) form.visit-form");
}

/** One door of the day on the phone: opened, written down, sent. Answers whom it was about, as a colleague reads it. */
async function door({ stage, worker, page }, label, choices, whom = "") {
  const before = await stops(page).count();
  const item = stops(page).filter({ hasText: whom }).first();
  const visit = await item.getAttribute("data-visit");
  const name = (await item.locator("b").innerText()).replace(/^\d+\. /, "");
  await item.locator("a.stop-open").click();
  await form(page).waitFor();
  for (const [field, value] of choices) await form(page).locator(`input[name="${field}"][value="${value}"]`).check();
  await stage.look(worker, label);
  await form(page).locator(".thumb button").click();
  await page.waitForFunction((n) => [...document.querySelectorAll("li.stop")].filter((li) => !li.hidden).length < n, before);
  await page.locator("#field-says", { hasText: "都已报上去" }).waitFor();
  return { visit, name };
}

/** The day of visits: somebody is met, with a need and a danger; a door stays closed. */
async function day(month) {
  const { stage, worker, page } = month;
  await go(worker, "/field/day");
  await page.locator('#field[data-ready="1"]').waitFor();
  await stage.look(worker, "07-day");
  const seen = [["outcome", "seen"], ["chat", "yes"], ["mood", "well"], ["card", "good"], ["needs", "meal"], ["hazards", "wiring"]];
  const met = await door(month, "08-seen", seen);
  const closed = await door(month, "09-not-home", [["outcome", "not-home"]]);
  await stage.look(worker, "10-day-after");
  return { met, closed };
}

/** The page of somebody in care, found by name. */
async function person({ worker, page }, name) {
  await go(worker, "/desk/care");
  await page.locator('main form input[type="search"], main form input[name="q"], main form input[name="name"]').first().fill(name);
  await page.keyboard.press("Enter");
  await page.locator("main .list a, main ul a", { hasText: name }).first().click();
  await page.locator("h1", { hasText: name }).waitFor();
  return page.url().split("?")[0];
}

/** What was brought back is a matter each; the danger is dealt with, and somebody else checks it. */
async function dealtWith(month) {
  const { stage, worker, page, met } = month;
  await raised();
  met.met.page = await person(month, met.met.name);
  await stage.look(worker, "11-person");
  const about = page.locator('main section a[href*="/desk/matters/"]');
  assert((await about.count()) >= 2, "the need and the danger are a matter each");
  const addresses = await about.evaluateAll((all) => all.map((a) => a.href));
  await about.first().click();
  await page.locator("#fresh").waitFor();
  await stage.look(worker, "12-matter");
  await steps(stage, worker, handling("已经上门看过，处理好了。"));
  month.checker = await colleague(stage, "coordinator");
  await go(month.checker, addresses[0]);
  await steps(stage, month.checker, [["verify", { note: "打电话问过老人。" }]]);
  await step(stage, month.checker, "answer");
  await stage.look(month.checker, "13-matter-closed");
}

/** The same door stays closed on the next day: a welfare check with an owner, which rings until somebody has made sure. */
async function closedAgain(month) {
  const { stage, worker, page, met, checker } = month;
  const home = await person(month, met.closed.name);
  await page.locator('main a[href*="/desk/visits/"]').first().click();
  await page.locator('form[action$="/assign"] .actions button').click();
  await page.locator('form[action$="/record"]').waitFor();
  await time("set 2026-06-26T09:30:00+08:00");
  await go(worker, "/field/day");
  await page.locator('#field[data-ready="1"]').waitFor();
  await door(month, "14-not-home-again", [["outcome", "not-home"]], met.closed.name);
  await raised();
  await go(worker, home);
  await stage.look(worker, "15-welfare");
  await page.locator('main section a[href*="/desk/matters/"]').first().click();
  await page.locator("#fresh").waitFor();
  const [matter, number] = [page.url().split("?")[0], await numberOf(page)];
  await stage.look(worker, "16-welfare-matter");
  await time("advance 5h");
  await go(worker, "/desk/notices");
  assert.match(await words(page), new RegExp(`${number} 到期了`), "it rings its owner");
  await stage.look(worker, "17-rings");
  await go(worker, matter);
  await steps(stage, worker, handling("打通了女儿的电话，老人住在女儿家，平安。"));
  await go(worker, home);
  assert.equal(await page.locator(".notice-bad").count(), 0, "nobody is urged any more");
  await go(checker, matter);
  await steps(stage, checker, [["verify", { note: "给女儿打过电话。" }], ["answer", {}]]);
  await stage.look(checker, "18-welfare-answered");
}

/** Opens the first visit of the list that these words stand beside. */
async function visit({ worker, page }, filter, beside) {
  await go(worker, `/desk/visits?filter=${filter}`);
  const row = page.locator("[data-rows] tr", { hasText: beside }).first();
  const name = await row.locator("a strong").first().innerText();
  await row.locator("a").first().click();
  await page.locator("h1").waitFor();
  return name;
}

/** A visit is told on the telephone, and typed in at the desk. */
async function byTelephone(month) {
  const { stage, worker, page } = month;
  await visit(month, "late", PLACE);
  const report = page.locator('form[action$="/record"]');
  if (!(await report.count())) {
    await page.locator('form[action$="/assign"] .actions button').click();
    await report.waitFor();
  }
  await report.locator('[name="outcome"][value="seen"]').check();
  await report.locator('[name="chat"]').check();
  await stage.look(worker, "19-by-telephone");
  await report.locator(".actions button").click();
  await page.waitForURL(/done=seen/);
}

/** An elder wishes to be visited less often. */
async function fewer(month) {
  const { stage, worker, page } = month;
  await visit(month, "all", PLACE);
  await page.locator('main a[href*="/desk/care/"]').first().click();
  await page.locator("details", { has: page.locator("#days") }).locator("summary").click();
  await page.locator("#days").fill("60");
  await page.locator('button[value="wish"]').click();
  await good(page);
  await stage.look(worker, "20-fewer");
}

/** Somebody is home from hospital: seen within a day, then every week. */
async function discharged(month) {
  const { stage, worker, page } = month;
  await go(worker, "/desk/care");
  const people = await page.locator("[data-rows] a.whole").evaluateAll((all) => all.map((a) => a.href));
  for (const href of people) {
    await go(worker, href);
    const add = page.locator("details", { has: page.locator("#fact") });
    if (!(await add.locator('option[value="discharged"]').count())) continue;
    await add.locator("summary").click();
    await page.locator("#fact").selectOption("discharged");
    await page.locator("#source").selectOption("family");
    await page.locator('button[value="fact"]').click();
    await good(page);
    assert.match(await words(page), /出院/);
    await stage.look(worker, "21-discharged");
    return;
  }
  throw new Error("nobody has agreed that health is written down");
}

/** The heat wave: everybody with a plan is seen. */
async function heat({ stage, worker, page }) {
  await go(worker, "/desk/visits/switches");
  await page.locator('input[name="kind"][value="heat"]').check();
  const area = page.locator("#area option").nth(2);
  await page.locator("#area").selectOption(await area.getAttribute("value"));
  await page.locator("#until").fill("2026-07-02");
  await page.locator('form[action$="/switches"] .actions button').click();
  await good(page);
  await stage.look(worker, "22-heat");
}

/** A volunteer is sent along: who reads where, and no name. */
async function volunteer(month) {
  const { stage, worker, page } = month;
  const name = await visit(month, "unassigned", PLACE);
  const other = page.locator("#second option", { hasText: "志愿者" }).first();
  await page.locator("#second").selectOption(await other.getAttribute("value"));
  await stage.look(worker, "23-send");
  await page.locator('form[action$="/assign"] .actions button').click();
  await page.locator('form[action$="/record"]').waitFor();
  const helper = await colleague(stage, "volunteer");
  await go(helper, "/field/day");
  await helper.page.locator('#field[data-ready="1"]').waitFor();
  assert(!(await helper.page.content()).includes(name), "the supplementary force reads no name");
  await go(helper, "/desk/volunteering");
  await stage.look(helper, "24-volunteering");
}

/** The call of the week, an afternoon together, and a letter in large print. */
async function company({ stage, worker, page }) {
  await go(worker, "/desk/calls");
  await page.locator('button[value="reached"]').first().click();
  await good(page);
  await stage.look(worker, "25-calls");
  await go(worker, "/desk/activities/new");
  await fill(page.locator("form.sheet"), { title: "纳凉故事会", place: "居委会一楼活动室", on: "2026-06-29", begins: "15:00", capacity: "10" });
  const area = page.locator("#area option", { hasText: PLACE }).first();
  await page.locator("#area").selectOption(await area.getAttribute("value"));
  await stage.look(worker, "26-activity-new");
  await page.locator("form.sheet .actions button").click();
  await page.locator("#person").waitFor();
  for (const n of [0, 1]) await page.locator("#person input").nth(n).check();
  await page.locator('form[action$="/invite"] button').click();
  await good(page);
  await stage.look(worker, "27-activity");
  await page.locator('a[href$="/letters"]').click();
  await page.locator(".letter, main article, main section").first().waitFor();
  await stage.look(worker, "28-letters");
}

/** Somebody's successor stands on the contact cards: those that are out of date are printed. */
async function cards({ stage, worker, page }) {
  await go(worker, "/desk/contact-cards");
  await stage.look(worker, "29-cards");
  await page.locator("[data-rows] tr", { hasText: /\d+ 幢/ }).first().locator("a").click();
  await page.locator("#building").waitFor();
  await stage.look(worker, "30-cards-place");
  await page.locator("#building input").first().check();
  await page.locator('form[action$="/print"] .actions button').click();
  await page.locator(".wall-card").nth(1).waitFor();
  await stage.look(worker, "31-cards-sheet");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const leaves = pdf.match(/\/Type\s*\/Page\b(?!s)/g).length;
  assert.equal(leaves, Math.ceil((await page.locator(".wall-card").count()) / 2), "two cards stand on a leaf of A4");
}

/** Somebody dies: everything stops, gently. */
async function died(month) {
  const { stage, worker, page, met } = month;
  const { name, page: home } = met.met;
  await go(worker, home);
  await page.locator('main section a[href*="/desk/matters/"]').first().click();
  await page.locator('main a[href$="/people"]').first().click();
  await page.locator('button[value="open"]').first().click();
  await page.locator("details", { has: page.locator('button[value="end-care"]') }).locator("summary").click();
  await page.locator('[name="reason"]').first().waitFor();
  await stage.look(worker, "32-record");
  await fill(page.locator("form", { has: page.locator('button[value="end-care"]') }), { reason: "died" });
  await page.locator('button[value="end-care"]').click();
  await page.waitForLoadState();
  await stage.look(worker, "33-record-over");
  await go(worker, home);
  assert.match(await words(page), /已经去世/);
  await stage.look(worker, "34-died");
  for (const path of ["/desk/visits?filter=all", "/desk/care", "/field/day"]) {
    await go(worker, path);
    assert(!(await words(page)).includes(name), `${path} still speaks of ${name}`);
  }
}

/** The figures of the month, with their counts. */
async function figures({ stage, worker, page }) {
  await go(worker, "/desk/coverage?month=2026-05");
  await stage.look(worker, "35-coverage");
  assert.match(await words(page), /覆盖/);
}
