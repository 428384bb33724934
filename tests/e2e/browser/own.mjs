// A person in care asks about their own data, from the letter with the code to the copy: the officer opens the record and
// hands out the letter, the person reads who looked and asks for a copy without a script, one grants it, another approves.
import { account, assert, at, base, journey, links, settings, signIn } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });

await journey("own", async (stage) => {
  const officer = await stage.person({ width, lang });
  await signIn(officer, account("community_officer"));
  const record = await openRecord(officer);
  await stage.look(officer, "record");
  for (const fold of await officer.page.locator("main details").all()) await fold.evaluate((d) => { d.open = true; });
  await stage.look(officer, "record-forms");
  const form = officer.page.locator('form[action$="/link"]');
  await form.locator('[name="proof"][value="id_card"]').check();
  await form.locator("button").click();
  await officer.page.locator("code, .code.secret").first().waitFor();
  await stage.look(officer, "letter");
  const code = await officer.page.locator(".code.secret").innerText();
  assert.match(code, /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);

  // The officer read the code while printing: a colleague who sees the person too stands for the letter.
  const letters = new URL(officer.page.url()).pathname.replace(/\/link$/, "");
  await confirmed(stage, letters);

  const person = await stage.person({ width, lang, script: false });
  await person.page.goto(at("/p", lang));
  await person.page.locator("#code").fill(code.toLowerCase().replaceAll("-", " "));
  await person.page.locator("main form button").click();
  await person.page.locator("[data-entry]").first().waitFor();
  await stage.look(person, "who-looked");
  const text = await person.page.locator("main").innerText();
  assert(!text.includes(record), "the page holds nothing of the record");
  await person.page.locator('main a[href$="/requests"]').click();
  await stage.look(person, "requests");
  await person.page.locator('main a[href$="kind=correct"]').click();
  await person.page.locator("main form button").click();
  await person.page.locator(".error-summary").waitFor();
  await stage.look(person, "correct-wrong");
  await person.page.goto(at(`/p/${code}/requests?kind=copy`, lang));
  await person.page.locator("main form button").click();
  await person.page.waitForURL((url) => url.search.includes("done"));
  await stage.look(person, "asked");
  // The same pages with a script, for the eyes that measure; and for elders.
  const eyes = await stage.person({ width, lang });
  for (const [path, label] of [["", "show"], ["/requests", "list"], ["/requests?kind=correct", "correct"], ["/requests?kind=withdraw", "withdraw"]]) {
    await eyes.page.goto(at(`/p/${code}${path}`, lang));
    await stage.look(eyes, `eyes-${label}`);
    await eyes.page.goto(at(`/p/${code}${path}`, lang, true));
    await stage.look(eyes, `elder-${label}`);
  }

  const decides = await stage.person({ width, lang });
  await signIn(decides, account("coordinator"));
  await decides.page.goto(at("/desk/data-requests", lang));
  await stage.look(decides, "desk-list");
  await decides.page.locator('main .list a[href*="/desk/data-requests/"]').first().click();
  await decides.page.waitForLoadState();
  await stage.look(decides, "desk-one");
  await decides.page.locator('button[value="grant"]').click();
  await decides.page.locator('button[value="grant"]').waitFor({ state: "detached" });
  const request = new URL(decides.page.url()).pathname.split("/").at(-1);

  const second = await stage.person({ width, lang });
  await signIn(second, account("post_head"));
  await second.page.goto(at(`/desk/data-requests/${request}`, lang));
  await stage.look(second, "desk-second");
  await second.page.locator('button[value="approve"]').click();
  await second.page.locator(`form[action$="${request}/copy"]`).waitFor();
  await stage.look(second, "desk-ready");

  await person.page.goto(at(`/p/${code}/requests`, lang));
  await stage.look(person, "ready");
  await person.page.locator('button[value="print"]').first().click();
  await person.page.locator("dl.summary").first().waitFor();
  assert((await person.page.locator("main").innerText()).includes(record), "everything stands in the copy");
  await stage.look(person, "copy");
  const last = await person.page.goto(`${base}/p/${code}`);
  assert.equal(last.status(), 200);
});

/** Somebody else at the place confirms the letter on the record. */
async function confirmed(stage, path) {
  const roles = ["duty_officer", "post_head", "clerk"];
  for (const who of links.accounts.filter((a) => roles.includes(a.role))) {
    const colleague = await stage.person({ width, lang });
    await signIn(colleague, who);
    const { page } = colleague;
    const there = await page.goto(base + path.replace(/\/[^/]+$/, ""));
    const open = page.locator(`form[action$="${path.split("/").at(-1)}"] button[value="open"]`).first();
    if (there.status() === 200 && (await open.count()) > 0) {
      await open.click();
      await page.locator('button[value="confirm-link"]').click();
      await page.locator('button[value="confirm-link"]').waitFor({ state: "detached" });
      await stage.look(colleague, "confirmed");
      return;
    }
    await page.context().close();
  }
  throw new Error("nobody of the place may confirm the letter");
}

/** Opens the record of somebody whom one of the officer's own matters is about; answers their name. */
async function openRecord({ page, lang }) {
  await page.goto(at("/desk?queue=mine", lang));
  const hrefs = await page.locator('main a[href*="/desk/matters/"]').evaluateAll((all) => all.map((a) => a.href.split("#")[0]));
  for (const href of new Set(hrefs)) {
    await page.goto(`${href}/people`);
    const open = page.locator('button[value="open"]').first();
    if ((await open.count()) === 0) continue;
    await open.click();
    await page.waitForLoadState();
    if ((await page.locator('form[action$="/link"]').count()) > 0) return page.locator("h1").innerText();
  }
  throw new Error("no matter of the officer is about anybody");
}
