// Two people raise the same: the owner joins the two, both are kept and both are answered. Whoever handled it cannot check
// it. One of them is not content, and the loop runs once more, to the end (J3, R2).
import {
  account, assert, at, committee, handling, journey, numberOf, open, openAnswer, raise, refusal, settings, signIn, step, steps,
} from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("joint", async (stage) => {
  const { owner, place } = await committee(stage, { width, lang });
  const [first, second] = [await stage.person({ width, lang }), await stage.person({ width, lang })];
  const words = [`弄堂口的垃圾桶倒了没人扶${lang}`, `弄口垃圾桶翻在路中间${lang}`];
  const codes = [await raise(stage, first, place, words[0]), await raise(stage, second, place, words[1])];
  const matter = await open(owner, words[0]);
  const number = await numberOf(owner.page);

  const joined = await open(owner, words[1]);
  await step(stage, owner, "merge", { into: number });
  await stage.look(owner, "joined");
  await owner.page.goto(matter);
  let page = await owner.page.locator("main").innerText();
  assert.match(page, says(/第 1 位/, /No\. 1/), "both who raised it are kept");
  assert.match(page, says(/第 2 位/, /No\. 2/));
  await second.page.goto(at(`/t/${codes[1]}`, lang));
  await stage.look(second, "track-joined");
  page = await second.page.locator("main").innerText();
  assert.match(page, /翻在路中间/, "one's own words");
  assert.doesNotMatch(page, /没人扶/, "not somebody else's");

  const other = await stage.person({ width, lang });
  await signIn(other, account("coordinator"));
  const loop = async (answer) => {
    await owner.page.goto(matter);
    await steps(stage, owner, handling(answer));
    await refusal(stage, owner, "verify", says(/自己办的事要由别人核查/, /somebody else|another/i));
    await other.page.goto(matter);
    await steps(stage, other, [["verify", { note: "看过。" }], ["answer", {}]]);
  };
  await loop("垃圾桶已扶正，并用链条固定。");
  await openAnswer(first, codes[0]);
  await other.page.goto(matter);
  assert.match(await state(other.page), says(/已答复/, /answered/i), "one of two is not everybody");
  await stage.look(other, "one-of-two");
  await openAnswer(second, codes[1]);
  await stage.look(second, "answer");
  await other.page.goto(matter);
  assert.match(await state(other.page), says(/已办结/, /closed/i), "both have it");

  // The second one is not content.
  await second.page.goto(at(`/t/${codes[1]}/reopen`, lang));
  await second.page.locator("#text").fill("链条第二天就断了。");
  await second.page.locator("main form .actions button").click();
  await second.page.locator(".notice-good").waitFor();
  await loop("换了结实的链条和锁，每天晚上巡一遍。");
  for (const [n, someone] of [first, second].entries()) await openAnswer(someone, codes[n]);
  await owner.page.goto(matter);
  assert.match(await state(owner.page), says(/已办结/, /closed/i), "closed for the second time");
  await stage.look(owner, "closed-again");
  await owner.page.goto(joined);
  await owner.page.locator('main a[href*="/desk/matters/"]', { hasText: says("并入", "joined") }).first().click();
  assert.equal(owner.page.url().split("?")[0], matter, "the joined one leads to the one that answers");
});

/** The word beside the heading. */
function state(page) {
  return page.locator(".head .tag").first().innerText();
}
