// What an owner can do besides handling: give it back once, wait, extend, put it off; and the raiser reads why and until
// when (J2, R1).
import { account, assert, at, committee, day, journey, open, raise, refusal, settings, signIn, step, steps } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("return", async (stage) => {
  const { owner, place } = await committee(stage, { width, lang });
  const resident = await stage.person({ width, lang });
  const words = `河边步道上的长椅松了一条腿${lang}`;
  const code = await raise(stage, resident, place, words);
  const matter = await open(owner, words);

  // Given back, with a reason: it is no longer the owner's, and a coordinator hands it out again.
  await step(stage, owner, "return", { reason: "长椅归绿化管，请改派。" });
  const other = await stage.person({ width, lang });
  await signIn(other, account("coordinator"));
  await other.page.goto(matter);
  assert.match(await other.page.locator(".timeline").innerText(), /长椅归绿化管/, "the reason stands in the timeline");
  const seat = (list) => list.locator("option", { hasText: `${place}社工` }).first().getAttribute("value");
  await step(stage, other, "assign", { seat, note: "绿化确认过，还是居委的长椅。" });

  // A second time is refused, and the page says who can help.
  await owner.page.goto(matter);
  await refusal(stage, owner, "return", says(/只能退回一次/, /once only/));

  await steps(stage, owner, [["sign", {}], ["contact", { outcome: "on_site", note: "现场看过，要换螺丝。" }]]);
  await step(stage, owner, "wait", { why: "parts", until: await day(5), note: "螺丝已经订了。" });
  await resident.page.goto(at(`/t/${code}`, lang));
  let told = await resident.page.locator("main").innerText();
  assert.match(told, says(/要等一等/, /wait/i));
  assert.match(told, /螺丝已经订了/, "the raiser reads what it waits for");
  assert.match(told, /居民委员会/, "the raiser reads which body has it");
  assert.doesNotMatch(told, /社工/, "titles of seats are for colleagues");
  await stage.look(resident, "waiting");
  await step(stage, owner, "resume", {});

  await step(stage, owner, "extend", { until: await day(40), reason: "要和绿化站一起换。" });
  await refusal(stage, owner, "extend", says(/已经延期过一次/, /extended once/));
  await step(stage, owner, "park", { until: await day(20), reason: "连着下雨，没法施工。" });
  await stage.look(owner, "parked");
  await resident.page.goto(at(`/t/${code}`, lang));
  told = await resident.page.locator("main").innerText();
  assert.match(told, says(/先放一放/, /put off|later|aside/i));
  assert.match(told, /连着下雨/, "the raiser reads why it is put off");
  await stage.look(resident, "parked");

  // A date that has passed is no date to wait for.
  await owner.page.goto(matter);
  await step(stage, owner, "resume", {}, { label: "" });
  await owner.page.locator('a[href*="/do/wait"]').first().click();
  await owner.page.locator('[name="why"][value="parts"]').check();
  await owner.page.locator("#until").fill(await day(-3));
  await owner.page.locator("form.sheet .actions button").click();
  await owner.page.getByText(says("日期必须在今天以后", "The date must lie ahead")).first().waitFor();
  assert.equal(await owner.page.locator("form.sheet").count(), 1, "the form is still there to mend it");
  await stage.look(owner, "wait-past");
});
