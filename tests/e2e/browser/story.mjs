// The founding story, from 29 June to 2 July (L15), on four phones and with the district's own mail server: a volunteer finds her
// in the old street, the committee knows her, her card is scanned, her daughter is reached but cannot come, she is kept safe at the
// station and fetched in the evening; the volunteer is thanked. Her card gets a new one. Three days later she is lost again.
import { account, areaId, assert, at, base, journey, links, mails, mailTo, settings, signIn, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const DAUGHTER = "family4@mail.example";

/** The elder of the story: who wears the fifth card, and what nobody in the street may read of her. */
function elder() {
  const secrets = links.secrets;
  const homes = secrets.flatMap((text, n) => (/ \d+ 号$/.test(text) ? [n] : []));
  const own = secrets.slice(homes[4] - 1, homes[5] - 1);
  const wearing = links.cards.filter((card) => card.state === "active");
  return { name: own[0], secrets: own, card: wearing[3], letter: new URL(links.family[4].url).pathname };
}

/** What stands on this page and must not. */
async function silent({ page }, secrets, what) {
  const html = await page.content();
  for (const secret of secrets) assert(!html.includes(secret), `${what} tells "${secret[0]}…"`);
}

/** Unfolds whatever hides the form of this step. */
async function unfold(page, action) {
  const form = page.locator(`form[action$="/${action}"]`).first();
  await form.waitFor({ state: "attached" });
  await form.evaluate((e) => { for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; });
  return form;
}

/** Signs with a finger. */
async function sign(page, form) {
  const canvas = form.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + 30, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 160, box.y + 90, { steps: 5 });
  await page.mouse.up();
}

await journey("story", async (stage) => {
  const { name, secrets, card, letter } = elder();
  const volunteer = await stage.person({ width, lang });
  const committee = await stage.person({ width, lang });
  const daughter = await stage.person({ width, lang });
  const officer = await stage.person({ width, lang });

  // A blank card for later, as it comes from the printer.
  await signIn(officer, account("duty_officer"));
  await officer.page.goto(at("/desk/cards", lang));
  await officer.page.locator("#count").fill("1");
  await officer.page.locator("form.sheet .actions button").click();
  const blank = (await officer.page.locator(".card-back .card-code").first().textContent()).trim();

  // ── 29 June, a Monday, ten past three in the afternoon.
  await time("set 2026-06-29T15:10:00+08:00");
  await signIn(volunteer, account("volunteer"));
  await signIn(committee, account("committee_worker"));
  await signIn(officer, account("duty_officer"));
  await officer.page.goto(at("/desk/lost", lang));
  const before = await officer.page.locator("#cases li").count();

  await volunteer.page.goto(at("/found", lang));
  await stage.look(volunteer, "1-found");
  await volunteer.page.locator("#address").fill("老街药店门口");
  await volunteer.page.locator("#area").selectOption(await areaId("归雁苑"));
  await volunteer.page.locator("#words").fill("一位奶奶，蓝布上衣，说要回老房子，问她住哪里说不清");
  await volunteer.page.locator('input[name="stays"][value="yes"]').check();
  await volunteer.page.locator("#lost .actions button[value=send]").click();
  await volunteer.page.locator(".code.secret").waitFor();
  const followed = (await volunteer.page.locator(".code.secret").innerText()).trim();
  await stage.look(volunteer, "2-receipt");

  // The station's screen shows it by itself. The officer takes it and asks the committees.
  await officer.page.locator("#cases li").nth(before).waitFor({ timeout: 30_000 });
  await officer.page.locator("#cases a.whole").first().click();
  await officer.page.locator('form[action$="/step/take"] button').click();
  const address = officer.page.url().split("?")[0];
  const path = new URL(address).pathname;
  const ask = await unfold(officer.page, "step/ask");
  await ask.locator("label", { hasText: /归雁苑|Guiyanyuan/ }).locator("input").check();
  await stage.look(officer, "3-ask");
  await ask.locator("button").click();
  await stage.look(officer, "4-asked");

  // The committee is told, looks, and knows her.
  await committee.page.goto(at("/desk/notices", lang));
  await stage.look(committee, "5-notice");
  await committee.page.locator(`main a[href*="${path.replace(/^\/en/, "")}"]`).first().click();
  await stage.look(committee, "6-asked");
  await committee.page.locator('form[action$="/find"] input[name=name]').fill(name);
  await committee.page.locator('form[action$="/find"] button').click();
  const known = committee.page.locator("li", { hasText: name }).first();
  await stage.look(committee, "7-who");
  await known.locator('select[name="how"]').selectOption("known");
  await known.locator("button").click();
  await committee.page.locator("#who").waitFor();
  await officer.page.goto(address);
  assert((await officer.page.locator("main").innerText()).includes(name), "the station reads who she is");
  assert(!(await committee.page.locator("main").innerText()).includes(name), "whoever was asked has answered, and sees no more");

  // Her daughter at work hears of it, without a name.
  const found = await mailTo(DAUGHTER, /\/k\//);
  for (const secret of secrets) assert(!(found.subject + found.text).includes(secret), "no name in a mail");
  const key = found.text.match(/\/k\/[\w-]+/)[0];

  // The volunteer scans the card: no name, the family is alerted.
  await volunteer.page.goto(base + new URL(card.url).pathname);
  await stage.look(volunteer, "8-card");
  await silent(volunteer, secrets, "the page of the card");
  await volunteer.page.locator("#text").fill("奶奶在我旁边，她说有点口渴，我去买水。");
  await volunteer.page.locator('form[action$="/say"] .actions button').click();
  await stage.look(volunteer, "9-talk");
  await mailTo(DAUGHTER, /爱心卡/);

  // She reads where her mother is, and that she cannot come before half past six.
  await daughter.page.goto(base + key);
  await stage.look(daughter, "10-family");
  await daughter.page.locator("#at").fill("18:30");
  await daughter.page.locator('button[value="not_before"]').click();
  await stage.look(daughter, "11-not-before");

  await officer.page.goto(address);
  await stage.look(officer, "12-contacts");
  assert.match(await officer.page.locator("main").innerText(), /18:30/, "when she comes stands on the case");

  // Kept at the station: the first look, then reminders by the clock.
  const keep = await unfold(officer.page, "step/keep");
  await keep.locator("input[name=words]").fill("精神好，有点口渴");
  await keep.locator("button").click();
  const looks = await unfold(officer.page, "step/look");
  await looks.locator('input[value="water"]').check();
  await looks.locator("button").click();
  await mailTo(DAUGHTER, /在站里/);
  await time("advance 40m");
  await officer.page.goto(address);
  await stage.look(officer, "13-look-due");
  const again = await unfold(officer.page, "step/look");
  for (const value of ["food", "toilet", "comfort"]) await again.locator(`input[value="${value}"]`).check();
  await again.locator("button").click();
  await daughter.page.goto(base + key);
  await stage.look(daughter, "14-kept");
  assert.match(await daughter.page.locator("main").innerText(), /站|post/i, "where she is kept");

  // Half past six: the code in the daughter's mail, her identity card, her signature.
  await time("set 2026-06-29T18:31:00+08:00");
  await officer.page.goto(address);
  await (await unfold(officer.page, "step/code")).locator("button").click();
  const code = (await mailTo(DAUGHTER, /验证码/)).text.match(/值班员：\s*(\S+)/)?.[1];
  assert(code, "the mail holds the code");
  const hand = await unfold(officer.page, "step/hand-over");
  await hand.locator('input[name="receiver"]').first().check();
  await hand.locator('input[name="proof"][value="id_card"]').check();
  await hand.locator("#code").fill(code);
  await sign(officer.page, hand);
  await stage.look(officer, "15-hand-over");
  await hand.locator(".actions button").click();
  await officer.page.locator('form[action$="/step/debrief"]').waitFor();

  // The volunteer is thanked and reads it.
  const answer = await unfold(officer.page, "step/answer");
  await answer.locator("button").last().click();
  await volunteer.page.goto(at(`/found/${followed}`, lang));
  await volunteer.page.locator("#answer .words").waitFor();
  await stage.look(volunteer, "16-thanked");
  await mailTo(DAUGHTER, /交给家人/);
  const debrief = await unfold(officer.page, "step/debrief");
  await debrief.locator("#debrief-card").selectOption("bad");
  await debrief.locator("#debrief-words").fill("卡面磨花了，换一张新的。");
  await debrief.locator("button").click();
  // What the debrief asks for is done before the case is shut: her card is replaced by a blank from the stock.
  await (await unfold(officer.page, "care")).locator("button").click();
  await officer.page.locator('button[value="card-replace"]').waitFor({ state: "attached" });
  await stage.look(officer, "17-care");
  const replace = officer.page.locator('form:has(button[value="card-replace"])');
  await replace.evaluate((form) => { form.closest("details").open = true; });
  await replace.locator('input[name="code"]').fill(blank);
  await replace.locator('button[value="card-replace"]').click();
  await officer.page.locator('.notice-good[role="status"]').waitFor();
  await stage.look(officer, "18-replaced");
  await officer.page.goto(address);
  await (await unfold(officer.page, "step/close")).locator('button[value="home"]').click();
  await officer.page.goto(address);
  assert(!(await officer.page.locator("main").innerText()).includes(name), "after the end the name is shut");

  // The thread at the card is closed with it.
  await volunteer.page.goto(`${base}${new URL(card.url).pathname}/talk`);
  await stage.look(volunteer, "17-talk-over");
  assert.equal(await volunteer.page.locator('form[action$="/say"]').count(), 0, "nobody writes into a closed thread");
  await silent(volunteer, secrets, "the closed thread");

  // ── 2 July, a Thursday: somebody else finds her. The old card leads to the duty desk and says nothing; the new one reaches home.
  await time("set 2026-07-02T09:20:00+08:00");
  const stranger = await stage.person({ width, lang });
  const old = await stranger.page.goto(base + new URL(card.url).pathname);
  assert.equal(old.status(), 404, "a card that was replaced opens nothing");
  assert(await stranger.page.locator('a[href^="tel:"]').count(), "the duty desk can be called");
  await silent(stranger, secrets, "the page of the old card");
  await stage.look(stranger, "21-old-card");
  await signIn(officer, account("duty_officer"));
  await officer.page.goto(at("/desk/notices", lang));
  await officer.page.locator("main", { hasText: /停用的爱心卡/ }).waitFor();
  await stage.look(officer, "22-old-card-told");

  const scans = (await mails()).length;
  await stranger.page.goto(at("/c", lang));
  await stranger.page.locator("#code").fill(blank.toLowerCase());
  await stranger.page.locator("main form button").first().click();
  await stranger.page.locator("#text").fill("老人在桥头坐着，鞋子湿了。");
  await stranger.page.locator("#place").fill("老桥桥头");
  await stranger.page.locator('form[action$="/say"] .actions button').click();
  await stranger.page.locator(".timeline").waitFor();
  await stage.look(stranger, "23-new-card");
  await mailTo(DAUGHTER, /爱心卡/, scans);

  // The duty officer opens a case from what the finder wrote; it is known whose card it is, and that she was lost on Monday.
  await officer.page.goto(at("/desk/threads", lang));
  await officer.page.locator('main a[href*="/desk/threads/"]').first().click();
  await stage.look(officer, "24-thread");
  await officer.page.locator('form[action$="/case"] button').first().click();
  await officer.page.locator("#who").waitFor();
  const second = officer.page.url().split("?")[0];
  await stage.look(officer, "25-second-case");
  assert.match(await officer.page.locator("main").innerText(), /第 ?2 次|两次|2 次/, "it is the second time");
  assert.equal(await officer.page.locator(`a[href$="${path}"]`).count() > 0, true, "last time is one tap away");

  // Her daughter answers the finder; neither sees a number.
  await daughter.page.goto(at(`${letter}/card`, lang));
  await daughter.page.locator("textarea").first().fill("谢谢您，我二十分钟就到。");
  await daughter.page.locator('button[value="answer"]').first().click();
  await stage.look(daughter, "26-answered");
  await stranger.page.goto(stranger.page.url());
  assert.match(await stranger.page.locator("main").innerText(), /二十分钟/, "the finder reads the answer");
  await silent(stranger, secrets, "the thread");

  // A code says whose card it is, not who wears it: somebody compares before she goes home with her daughter.
  await officer.page.goto(second);
  await (await unfold(officer.page, "step/compared")).locator("button").click();
  await time("advance 25m");
  await officer.page.goto(second);
  const shelter = await unfold(officer.page, "step/keep");
  await shelter.locator("button").click();
  const home = await unfold(officer.page, "step/hand-over");
  await home.locator('input[name="receiver"]').first().check();
  await home.locator('input[name="proof"][value="id_card"]').check();
  await home.locator(".actions button").click();
  await officer.page.locator('form[action$="/step/debrief"]').waitFor({ state: "attached" });
  await (await unfold(officer.page, "step/answer")).locator("button").last().click();
  await (await unfold(officer.page, "step/debrief")).locator("button").click();
  await (await unfold(officer.page, "step/close")).locator('button[value="home"]').click();
  await stranger.page.goto(stranger.page.url());
  assert.match(await stranger.page.locator("main").innerText(), /谢谢/, "whoever found her is thanked");
  assert.equal(await stranger.page.locator('form[action$="/say"]').count(), 0, "and the thread is over");
  await stage.look(stranger, "27-thanked");

  // At home her daughter reads both days, and who looked.
  await daughter.page.goto(at(letter, lang));
  await stage.look(daughter, "28-own-page");
  const history = await daughter.page.locator("main").innerText();
  for (const when of ["6月29日", "7月2日"]) assert(history.includes(when), `${when} stands in the history`);
  assert(history.includes("值班员"), "who looked stands there");
});
