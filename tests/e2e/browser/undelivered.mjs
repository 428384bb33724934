// Nobody can be reached: three failed attempts at different hours are enough to close, three in one minute are not (R2).
import { account, assert, committee, handling, journey, open, raise, settings, signIn, step, steps, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("undelivered", async (stage) => {
  const { owner, place } = await committee(stage, { width, lang });
  const resident = await stage.person({ width, lang });
  const words = `楼道口的信箱门关不上${lang}`;
  await raise(stage, resident, place, words, { reach: "phone", phone: "021-05550188", name: "孙阿婆" });
  const matter = await open(owner, words);
  await steps(stage, owner, handling("信箱门换了新的合页。"));
  const other = await stage.person({ width, lang });
  await signIn(other, account("coordinator"));
  await other.page.goto(matter);
  await steps(stage, other, [["verify", {}], ["answer", {}]]);

  await owner.page.goto(matter);
  const failed = (result) => step(stage, owner, "record_delivery", { result, note: "没人接。" }, { label: "" });
  const said = () => owner.page.locator("main").innerText();
  await failed("call_failed");
  assert.match(await said(), says(/已有 1 次没送到/, /1 attempt has failed/));
  await failed("call_failed");
  await failed("call_failed");
  assert.match(await said(), says(/已有 1 次没送到.*以后没送到，才另算一次/s, /1 attempt has failed.*not counted again/s));
  await stage.look(owner, "too-soon");
  await owner.page.locator('a[href*="/do/record_delivery"]').first().click();
  await owner.page.locator("form.sheet").waitFor();
  assert.match(await said(), says(/已有 1 次没送到/, /1 attempt has failed/), "the form says so before it is sent");
  await stage.look(owner, "record");
  await time("advance 61m");
  await owner.page.goto(matter);
  await failed("visit_failed");
  assert.match(await said(), says(/已有 2 次没送到/, /2 attempts have failed/));
  assert.equal(await owner.page.locator('a[href*="/do/close"]').count(), 0, "two are not enough");
  await time("advance 61m");
  await owner.page.goto(matter);
  await failed("call_failed");
  assert.match(await said(), says(/三次没有送到/, /three/i), "the proof is the three attempts");
  assert.equal((await owner.page.locator(".head .tag").first().innerText()).trim().toLowerCase(), says("已办结", "closed"));
  await stage.look(owner, "closed");
});
