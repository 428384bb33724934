// A round is planned (N5): pairs of two forces walk from door to door, a visit is dragged to another place, another is moved without a
// pointer, one cannot be served and says why, somebody is ill, another planner was faster, the sheets come out on A5.
import { account, assert, at, journey, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

await journey("rounds", async (stage) => {
  const planner = await stage.person({ width, lang });
  await signIn(planner, account("coordinator"));
  const { page } = planner;
  // The names that are looked for are Chinese.
  await page.goto(at("/desk/rounds/new", "zh"));
  const area = await page.evaluate(busiest);
  await page.goto(at("/desk/rounds", lang));
  await stage.look(planner, "none");
  await page.locator("main a.button").click();
  await page.locator("#area").selectOption(area);
  await page.locator("form.filters button").click();
  await page.locator("#visits summary").first().waitFor();
  await stage.look(planner, "setup");
  await people(page);
  const wanted = await page.locator("input[name=visit]:checked").count();
  assert(wanted >= 4, `${wanted} visits are due`);
  await page.locator("form[method=post] .actions button").click();
  await page.locator(".round-plan").waitFor();
  await settled(page);
  const stops = page.locator("main [data-pair]:not([data-pair='']) > [data-visit]");
  assert.equal(await page.locator("main [data-visit]").count(), wanted, "each visit stands somewhere");
  assert(await stops.count() > 0, "somebody is visited");
  await page.locator("[data-round][data-ready]").waitFor({ timeout: 30_000 });
  await stage.look(planner, "plan");

  await dragged(page);
  await moved(page);
  await unserved(stage, planner);
  await publish(page);
  await stage.look(planner, "published");
  await ill(stage, planner);
  await faster(stage, planner);
  await sheets(stage, planner);
});

/** Of the neighbourhoods with people in care, the one where most are due. */
async function busiest() {
  let best = ["", -1];
  const known = ["听雨庭", "归雁苑", "怀谷里", "揽汐一村", "揽汐公寓", "枕澜新村", "知萱苑"];
  const options = [...document.querySelectorAll("#area option")].filter((o) => known.some((name) => o.text.startsWith(name)));
  for (const { value } of options) {
    const reply = await fetch(`?${new URLSearchParams({ area: value })}`);
    const asked = new DOMParser().parseFromString(await reply.text(), "text/html");
    const due = asked.querySelectorAll("input[name=visit][checked]").length;
    const people = asked.querySelectorAll("input[name=person]").length;
    if (people >= 4 && due > best[1]) best = [value, due];
  }
  return best[0];
}

/** Everybody of the place goes; the table stands for itself. */
async function people(page) {
  for (const box of await page.locator("#people .round-people").first().locator("input[name=person]").all()) await box.check();
}

/** A plan that takes longer than some seconds shows how far it is; the page comes anew when it is done. */
async function settled(page) {
  await page.locator("#planning").waitFor({ state: "detached", timeout: 120_000 });
}

function order(page) {
  return page.locator("main .round-pair").first().locator("[data-visit]").evaluateAll((all) => all.map((li) => li.dataset.visit));
}

/** The second visit of the first pair is dragged before the first. */
async function dragged(page) {
  const [first, second] = await order(page);
  await page.locator(`#s-${second}`).dragTo(page.locator(`#s-${first}`), { sourcePosition: { x: 60, y: 12 }, targetPosition: { x: 60, y: 4 } });
  await page.locator(".notice-good").waitFor();
  assert.deepEqual((await order(page)).slice(0, 2), [second, first], "dragged to the front");
  await page.locator(`#s-${second}.round-locked`).waitFor();
}

/** Without a pointer: the form at the visit puts it last. */
async function moved(page) {
  const before = await order(page);
  const one = page.locator(`#s-${before[0]}`);
  await one.locator("summary").focus();
  await page.keyboard.press("Enter");
  const place = one.locator("input[name=place][type=number]");
  await place.fill(String(before.length));
  await place.press("Enter");
  await page.locator(".notice-good").waitFor();
  assert.equal((await order(page)).at(-1), before[0], "moved to the end");
}

/** An agreed time in the evening: nobody works then, and the page says so. A time that is none keeps what was typed. */
async function unserved(stage, planner) {
  const { page } = planner;
  const [visit] = await order(page);
  const one = page.locator(`#s-${visit}`);
  await one.locator("summary").click();
  await one.locator("[name=from]").fill("19:30");
  await one.locator("[name=to][type=time]").fill("19:00");
  await one.locator("[name=to][type=time]").press("Enter");
  await page.locator(".error-summary").waitFor();
  assert.equal(await page.locator(`#s-${visit} [name=from]`).inputValue(), "19:30", "what was typed stays");
  await page.locator(`#s-${visit} [name=to][type=time]`).fill("19:45");
  await page.locator(`#s-${visit} [name=to][type=time]`).press("Enter");
  await page.locator(`#s-${visit} .tag-bad`).first().waitFor();
  await stage.look(planner, "fault");
  await page.locator(".next form button").last().click();
  await settled(page);
  await page.locator(`.round-left #s-${visit} .tag-wait`).waitFor();
  await stage.look(planner, "unserved");
}

async function publish(page) {
  await page.locator(".next form button").first().click();
  await page.locator(".next p").waitFor();
}

/** Somebody is ill: planned anew at once, and published. */
async function ill(stage, planner) {
  const { page } = planner;
  const pair = page.locator(".round-pair").last();
  await pair.locator("> details").first().locator("summary").click();
  await pair.locator("> details").first().locator("button").click();
  await page.locator(".notice-good").waitFor();
  await settled(page);
  assert.equal(await page.locator(".round-pair").last().locator("[data-visit]").count(), 0, "nobody is visited by half a pair");
  await stage.look(planner, "ill");
  await publish(page);
  await called(stage, planner);
}

/** Whose time moved is telephoned: whoever knows has gone from the list. */
async function called(stage, planner) {
  const { page } = planner;
  const left = await page.locator("#calls li").count();
  if (left === 0) return;
  await stage.look(planner, "calls");
  await page.locator("#calls li").first().locator("button").click();
  await page.locator(".notice-good").waitFor();
  assert.equal(await page.locator("#calls li").count(), left - 1, "told");
}

/** Two windows: the second planner is told, and nothing of theirs is done. */
async function faster(stage, planner) {
  const { page } = planner;
  const late = await page.context().newPage();
  await late.goto(page.url());
  await page.locator(".next form button").last().click();
  await page.locator(".notice-good").waitFor();
  await settled(page);
  await late.locator(".next form button").last().click();
  await late.locator(".error-summary").waitFor();
  await stage.look({ ...planner, page: late }, "stale");
  await late.close();
}

/** The sheet of the first pair is one leaf of A5. */
async function sheets(stage, planner) {
  const { page } = planner;
  await page.locator(".round-pair a.button").first().click();
  await page.locator(".round-sheet").waitFor();
  await stage.look(planner, "sheet");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map(([, w, h]) => [Math.round(w), Math.round(h)]);
  assert(boxes.length > 0 && boxes.every(([w, h]) => w <= 421 && h <= 596), `A5: ${JSON.stringify(boxes)}`);
  const leaves = pdf.match(/\/Type\s*\/Page\b(?!s)/g).length;
  const doors = await page.locator(".round-door").count();
  assert(leaves <= Math.ceil(doors / 8), `${doors} doors on ${leaves} leaves`);
}
