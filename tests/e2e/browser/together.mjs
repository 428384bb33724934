// Two people have the same matter open: the second one is shown both versions and can go on (409).
import { account, assert, committee, journey, open, raise, settings, signIn, steps } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("together", async (stage) => {
  const { owner, place } = await committee(stage, { width, lang });
  const resident = await stage.person({ width, lang });
  const words = `宣传栏的玻璃裂了一道${lang}`;
  await raise(stage, resident, place, words);
  const matter = await open(owner, words);
  await steps(stage, owner, [["sign", {}]]);
  const other = await stage.person({ width, lang });
  await signIn(other, account("coordinator"));

  for (const someone of [owner, other]) {
    await someone.page.goto(`${matter}/do/contact`);
    await someone.page.locator('[name="outcome"][value="reached"]').check();
  }
  await owner.page.locator("#note").fill("约了下午三点来换玻璃。");
  await other.page.locator("#note").fill("打过电话，没说清时间。");
  await owner.page.locator("form.sheet .actions button").click();
  await owner.page.waitForURL((url) => !url.pathname.includes("/do/"));

  const answer = other.page.waitForResponse((reply) => reply.request().method() === "POST");
  await other.page.locator("form.sheet .actions button").click();
  assert.equal((await answer).status(), 409);
  const clash = await other.page.locator('.notice[role="alert"]').innerText();
  assert.match(clash, says(/刚才别人先做了一步/, /Somebody was faster/));
  assert.match(clash, says(/现在：已联系/, /Now: .*contacted/i), "what stands there now");
  assert.match(clash, /没说清时间/, "what this one wanted");
  assert.equal(await other.page.locator("#note").inputValue(), "打过电话，没说清时间。", "nothing typed is lost");
  await stage.look(other, "clash");
  // A way on: look at what stands there now, then send it all the same.
  const look = other.page.waitForEvent("popup");
  await other.page.locator('.notice[role="alert"] a').click();
  const fresh = await look;
  await fresh.waitForLoadState();
  assert.match(await fresh.locator(".timeline").innerText(), /约了下午三点/);
  await fresh.close();
  await other.page.locator("form.sheet .actions button").click();
  await other.page.waitForURL((url) => !url.pathname.includes("/do/"));
  const both = await other.page.locator(".timeline").innerText();
  assert.match(both, /约了下午三点[^]*|没说清时间/);
  assert(both.includes("约了下午三点") && both.includes("没说清时间"), "both contacts are kept");

  // When the step itself no longer fits, the page says so and what was typed is not lost.
  for (const someone of [owner, other]) await someone.page.goto(`${matter}/do/park`);
  await other.page.locator("#reason").fill("等物业开会。");
  await owner.page.goto(`${matter}/do/submit`);
  await owner.page.locator('[name="outcome"][value="done"]').check();
  await owner.page.locator("#answer").fill("玻璃换好了。");
  await owner.page.locator("form.sheet .actions button").click();
  await owner.page.waitForURL((url) => !url.pathname.includes("/do/"));
  await other.page.locator("form.sheet .actions button").click();
  await other.page.locator('.notice[role="alert"]').first().waitFor();
  await other.page.locator("form.sheet .actions button").click();
  await other.page.locator(".notice-bad").waitFor();
  await stage.look(other, "no-longer");
  assert.equal(await other.page.locator("#reason").inputValue(), "等物业开会。");
  await other.page.locator("form.sheet .actions a").click();
  await other.page.waitForURL((url) => !url.pathname.includes("/do/"));
});
