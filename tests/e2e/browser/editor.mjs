// Areas are drawn: a shared corner moved by keyboard and by mouse, a gap that is refused, an area split and joined again, two
// administrators at once, and the history of the border with what was put back (P1).
import { account, assert, at, journey, settings, signIn, time } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });
const part = lang === "en" ? "New Police Area" : "新分警务区";
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("editor", async (stage) => {
  const admin = await stage.person({ width, lang });
  await signIn(admin, account("system_admin"));
  await admin.page.goto(at("/desk/admin/areas?kind=police", lang));
  await stage.look(admin, "areas");
  const open = admin.page.locator('a[href*="/areas/edit?area="]').first();
  const edit = new URL(await open.getAttribute("href"), admin.page.url()).href;
  const other = await stage.person({ width, lang });
  await signIn(other, account("system_admin"));
  await edited(other, edit);

  // What another run drew was drawn before.
  await time("advance 5m");
  await refusedGap(stage, admin, edit);
  if (width < 600) await byFinger(admin, edit);
  await movedAndSaved(stage, admin, edit);
  await conflict(stage, other);
  await history(stage, admin);
  await splitAndMerged(stage, admin, edit);
});

/** Opens the editor and waits until everything is there. */
async function edited({ page }, url) {
  page.removeAllListeners("dialog");
  page.on("dialog", (d) => d.accept());
  await page.goto(url);
  await page.locator('#editor[data-ready="1"] .editor-canvas[data-ready="1"]').waitFor({ timeout: 60_000 });
}

async function checked({ page }, verdict) {
  await page.locator(`#editor[data-checked="${verdict}"]`).waitFor({ timeout: 60_000 });
}
async function save({ page }) {
  await page.locator('[data-do="save"]').click();
}
async function choose({ page }, n) {
  await page.locator("#corner").selectOption(String(n));
}

async function refusedGap(stage, admin, url) {
  const { page } = admin;
  await edited(admin, url);
  await stage.look(admin, "opened");
  // One side of a shared border alone: a gap or an overlap, said and drawn, not to be saved.
  await page.locator("#shared").uncheck();
  await page.locator("#step").selectOption("100");
  await choose(admin, await sharedCorner(page));
  await page.locator('[data-step="1,0"]').click();
  await page.locator('[data-step="0,1"]').click();
  await checked(admin, "wrong");
  assert.match(await page.locator('[data-part="problems"]').innerText(), says(/空隙|重叠/, /gap|overlap/));
  assert(await page.locator('[data-do="save"]').isDisabled(), "what is wrong cannot be saved");
  await stage.look(admin, "gap");
  await page.locator('[data-do="undo"]').click();
  await page.locator('[data-do="undo"]').click();
  assert.equal(await page.locator(".editor-area").count(), 0, "nothing is changed any more");
  await page.locator("#shared").check();
}

/** A finger is wide: it drags the chosen corner from beside it, and moves the map everywhere else. */
async function byFinger(admin, url) {
  const { page } = admin;
  await edited(admin, url);
  await choose(admin, 3);
  const map = page.locator(".editor-canvas canvas");
  await map.scrollIntoViewIfNeeded();
  await page.waitForFunction(chosenCorner);
  const [x, y] = await page.evaluate(chosenCorner);
  const lon = () => page.locator("#corner-lon").inputValue();
  const before = await lon();
  const touch = await page.context().newCDPSession(page);
  const drag = async (from, to) => {
    const points = (at) => [{ x: at[0], y: at[1] }];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(from) });
    for (const part of [0.3, 0.6, 1]) {
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(from.map((v, i) => v + (to[i] - v) * part)) });
    }
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  await drag([x + 12, y - 8], [x + 60, y - 60]);
  await page.waitForFunction((was) => document.getElementById("corner-lon").value !== was, before);
  assert((await page.locator(".editor-area").count()) > 0, "the corner was moved");
  await page.locator('[data-do="undo"]').click();
  assert.equal(await lon(), before);
  await drag([x + 120, y - 200], [x + 150, y - 160]);
  assert.equal(await page.locator(".editor-area").count(), 0, "elsewhere the map is moved");
}

/** Where the dot of the chosen corner is drawn: nothing else in its colour is that large. */
function chosenCorner() {
  const canvas = document.querySelector(".editor-canvas canvas");
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const pen = copy.getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--jade").trim();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  pen.drawImage(canvas, 0, 0);
  const { data } = pen.getImageData(0, 0, copy.width, copy.height);
  const jade = (x, y) => { const i = (y * copy.width + x) * 4; return data[i] === r && data[i + 1] === g && data[i + 2] === b; };
  const BLOCK = Array.from({ length: 11 }, (_, i) => i - 5);
  const box = canvas.getBoundingClientRect();
  const side = copy.width / box.width;
  for (let y = 6; y < copy.height - 6; y += 1) {
    for (let x = 6; x < copy.width - 6; x += 1) {
      const all = BLOCK.every((dx) => BLOCK.every((dy) => jade(x + dx, y + dy)));
      if (all) return [box.x + x / side, box.y + y / side];
    }
  }
  return null;
}

/** Which corner of the open area a neighbour shares, and the district's own border does not: moving it moves two areas. */
async function sharedCorner(page) {
  const corners = await page.locator("#corner option").count();
  for (let n = 0; n < corners; n += 1) {
    await page.locator("#shared").check();
    await page.locator("#corner").selectOption(String(n));
    await page.locator('[data-step="1,0"]').click();
    const together = await page.locator(".editor-area").count();
    const verdict = await page.waitForFunction(() => document.getElementById("editor").dataset.checked, null, { timeout: 60_000 });
    const right = (await verdict.jsonValue()) === "right";
    await page.locator('[data-do="undo"]').click();
    if (together > 1 && right) {
      await page.locator("#shared").uncheck();
      return n;
    }
  }
  throw new Error("no corner is shared with a neighbour");
}

async function movedAndSaved(stage, admin, url) {
  const { page } = admin;
  await edited(admin, url);
  await page.locator("#step").selectOption("10");
  const n = await sharedCorner(page);
  await page.locator("#shared").check();
  await choose(admin, n);
  // By keyboard: arrows on the map move the chosen corner, in both areas.
  await page.locator(".editor-canvas canvas").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  assert((await page.locator(".editor-area").count()) > 1, "the neighbour's border moves along");
  await checked(admin, "right");
  assert.match(await page.locator('[data-part="effects"]').innerText(), says(/平方米换了归属/, /change hands/));
  await stage.look(admin, "moved");
  await save(admin);
  await page.waitForURL(/\/border\?done=saved/);
  await stage.look(admin, "saved");
}

/** Whoever opened the page before is told, and nothing of theirs is written. */
async function conflict(stage, other) {
  const { page } = other;
  await choose(other, 0);
  await page.locator('[data-do="insert"]').click();
  await checked(other, "wrong");
  assert.match(await page.locator('[data-part="problems"]').innerText(), says(/有人改了/, /Somebody changed/));
  await stage.look(other, "conflict");
}

async function history(stage, admin) {
  const { page } = admin;
  const before = await page.locator("tbody tr").count();
  assert(before > 1, "the old outline is there");
  await page.locator('[data-border][data-ready="1"]').waitFor({ timeout: 60_000 });
  // An outline is known by its first instant; the demo's clock stands still between two acts.
  await time("advance 5m");
  await page.locator('form[action$="/put-back"] button').first().click();
  await page.waitForURL(/done=put-back/);
  assert.equal(await page.locator("tbody tr").count(), before + 1, "nothing is lost");
  const file = await page.request.get(page.url().replace(/\/border.*/, "/border.geojson"));
  assert.equal((await file.json()).features[0].geometry.type, "MultiPolygon");
}

async function splitAndMerged(stage, admin, url) {
  const { page } = admin;
  await edited(admin, url);
  // By mouse: a line across the area, from outside to outside.
  await page.locator('[data-tool="split"]').click();
  // All of the map must be on the screen to be clicked; below the area, above whose map it is.
  await page.locator(".editor-canvas").evaluate((e) => e.scrollIntoView({ block: "center", behavior: "instant" }));
  const box = await page.locator(".editor-canvas canvas").boundingBox();
  for (const y of [0.04, 0.945]) await page.mouse.click(box.x + box.width / 2, box.y + box.height * y);
  await page.locator('[data-do="line-done"]').click();
  const half = page.locator(".editor-area[open]");
  await half.waitFor();
  await half.locator('[data-field="name"]').fill(part);
  await half.locator('[data-field="code"]').fill(`E2E-${lang}-${width}`);
  await page.keyboard.press("Tab");
  await checked(admin, "right");
  await stage.look(admin, "split");
  await save(admin);
  await page.waitForURL(/\/border\?done=saved/);
  // And joined again later, by the list of neighbours.
  await time("advance 5m");
  await edited(admin, url);
  const neighbour = page.locator("#merge-with option", { hasText: part });
  await page.locator("#merge-with").selectOption(await neighbour.getAttribute("value"));
  await page.locator('[data-do="merge"]').click();
  await checked(admin, "right");
  assert.match(await page.locator('[data-part="effects"]').innerText(), says(/撤销/, /end/));
  await stage.look(admin, "merged");
  await save(admin);
  await page.waitForURL(/\/border\?done=saved/);
}
