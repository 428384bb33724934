// A month of visits at the desk: who is due and why, a pair sent to two at once, what the visitors say on the telephone, a door that
// stays closed twice and then stands first, and a report that does not fit what is there.
import { account, assert, at, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const say = (zh, en) => (lang === "zh" ? zh : en);

await journey("visits", async (stage) => {
  const officer = await stage.person({ width, lang });
  const { page } = officer;
  const main = () => page.locator("main").innerText();
  await signIn(officer, account("committee_worker"));

  await page.goto(at("/desk/visits?filter=unassigned", lang));
  assert((await page.locator("[data-rows] tr").count()) > 2, "the demo has people who are due");
  assert.match(await main(), say(/独居|季度|没人应门|高温/, /lives alone|quarter|nobody opened|heat/i), "why that day");
  await stage.look(officer, "due");

  // Two at once, by the pair that is proposed.
  const boxes = page.locator('input[name="visit"]');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  const href = await page.locator("[data-rows] tr a").first().getAttribute("href");
  const name = (await page.locator("[data-rows] tr a strong").first().innerText()).trim();
  await page.locator("main form[method=post] .actions button").click();
  await page.waitForURL(/done=sent/);
  assert.match(await main(), say(/已派人到 2 户/, /sent to 2 visits/));
  await stage.look(officer, "sent");

  // Both outcomes by telephone: nobody opened, twice.
  const closed = async (path) => {
    await page.goto(new URL(path, page.url()).href);
    await page.locator('input[name="outcome"][value="not-home"]').check();
    await page.locator('form[action$="/record"] .actions button').click();
    await page.waitForURL(/done=not-home/);
  };
  await page.goto(new URL(href, page.url()).href);
  await stage.look(officer, "one");
  await closed(href);
  await page.goto(at("/desk/visits?filter=all", lang));
  const row = page.locator("[data-rows] tr", { hasText: name }).first();
  const again = await row.locator("a").first().getAttribute("href");
  assert.notEqual(again, href, "somebody tries again");
  await page.goto(new URL(again, page.url()).href);
  await page.locator('form[action$="/assign"] .actions button').click();
  await page.locator('form[action$="/record"]').waitFor();
  await closed(again);
  await page.goto(at("/desk/visits", lang));
  const first = await page.locator("[data-rows] tr").evaluateAll((rows) => rows.slice(0, 6).map((r) => r.innerText));
  const found = first.find((text) => text.includes(name));
  assert(found, `two closed doors stand first: ${first.join(" | ")}`);
  assert.match(found, say(/平安/, /Make sure they are well/));
  await stage.look(officer, "closed-twice");

  // What does not fit is looked at by somebody.
  await page.goto(at("/desk/visits/inbox", lang));
  const waiting = await page.locator('button[value="aside"]').count();
  assert(waiting > 0, "the demo has reports to check");
  await stage.look(officer, "inbox");
  await page.locator('button[value="take"]').first().click();
  await page.waitForURL(/done=take/);
  assert.equal(await page.locator('button[value="aside"]').count(), waiting - 1);

  for (const [path, label] of [["/desk/visits/switches", "switches"], ["/desk/coverage", "coverage"]]) {
    await page.goto(at(path, lang));
    await stage.look(officer, label);
  }
});
