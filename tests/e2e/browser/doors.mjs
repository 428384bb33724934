// Who comes in and who no longer does: locked out after wrong passwords, a first password that must be changed, and a change
// of post after which the successor has everything and the predecessor nothing (J11).
import { account, assert, at, committee, journey, knock, open, raise, settings, signIn, step, time } from "./lib.mjs";

const { width, lang } = settings({ width: "390", lang: "zh" });
const says = (zh, en) => (lang === "en" ? en : zh);

await journey("doors", async (stage) => {
  await lockedOut(stage);
  const newcomer = await firstDay(stage);
  await changeOfPost(stage, newcomer);
});

async function lockedOut(stage) {
  const someone = await stage.person({ width, lang });
  const { page } = someone;
  const right = account("agency_worker");
  const attempt = async (password) => {
    await page.goto(at("/login", lang));
    await knock(someone, { ...right, password });
  };
  await attempt("not this one");
  await page.locator(".error-summary").waitFor();
  await stage.look(someone, "wrong");
  for (let n = 1; n < 5; n += 1) await attempt(`nor this ${n}`);
  const locked = says(/登录已锁定|暂时不能登录|锁定/, /Signing in is locked/);
  assert.match(await page.locator("main").innerText(), locked);
  await attempt(right.password);
  assert.match(await page.locator("main").innerText(), locked, "even the right one is refused now");
  assert.match(await page.locator("main").innerText(), /\d\d:\d\d/, "it says until when");
  await stage.look(someone, "locked");
  await time("advance 2m");
  await attempt(right.password);
  await page.waitForURL((url) => url.pathname.endsWith("/desk"));
  await page.locator(".notice", { hasText: says("账号", "account") }).first().waitFor();
  await page.goto(at("/desk/me", lang));
  assert.match(await page.locator("main").innerText(), says(/输错/, /wrong passwords/), "the owner of the account is told");
  await stage.look(someone, "told");
}

/** An administrator makes an account; its first password opens one page only. */
async function firstDay(stage) {
  const system = await stage.person({ width, lang });
  await signIn(system, account("system_admin"));
  const newcomer = { login: `xin.${lang}`, name: says("新来的小林", "Xiao Lin"), password: "willow bridge 47 lanterns" };
  await system.page.goto(at("/desk/admin/people/new", lang));
  const form = system.page.locator("form.sheet");
  await form.locator('[name="display_name"]').fill(newcomer.name);
  await form.locator('[name="login"]').fill(newcomer.login);
  await form.locator('[name="password"]').fill("short");
  await form.locator(".actions button").click();
  await system.page.locator(".error-summary").waitFor();
  await stage.look(system, "account-weak");
  await form.locator('[name="password"]').fill("first day only 2026");
  await form.locator(".actions button").click();
  await system.page.locator(".notice-good").waitFor();

  const person = await stage.person({ width, lang });
  const { page } = person;
  await signIn(person, { login: newcomer.login, password: "first day only 2026" });
  await page.waitForURL((url) => url.pathname.endsWith("/password"));
  await stage.look(person, "forced");
  await page.goto(at("/desk/notices", lang));
  assert.match(page.url(), /\/password/, "no other page opens before that");
  const change = async (next) => {
    await page.locator("#current").fill("first day only 2026");
    await page.locator("#new").fill(next);
    await Promise.all([page.waitForEvent("load"), page.locator("main form .actions button").click()]);
  };
  await change("12345678");
  await page.locator(".error-summary").waitFor();
  await stage.look(person, "forced-weak");
  await change(newcomer.password);
  await page.waitForURL((url) => !url.pathname.endsWith("/password"));
  await stage.look(person, "no-seat-yet");
  return { ...newcomer, person };
}

async function changeOfPost(stage, newcomer) {
  const { owner, place } = await committee(stage, { width, lang });
  const resident = await stage.person({ width, lang });
  const words = `活动室的门锁打不开了${lang}`;
  await raise(stage, resident, place, words);
  const matter = await open(owner, words);

  const security = await stage.person({ width, lang });
  await signIn(security, account("security_admin"));
  const { page } = security;
  await page.goto(at("/desk/admin/seats?role=committee_worker", lang));
  await page.locator("tr", { hasText: `${place}社工` }).locator("a").first().click();
  const to = page.locator("#to option", { hasText: newcomer.name });
  await page.locator("#to").selectOption(await to.first().getAttribute("value"));
  await stage.look(security, "hand-over");
  await page.locator("form.sheet .actions button").click();
  await page.locator(".notice-good").waitFor();
  await stage.look(security, "handed-over");

  // The same minute: both are asked to sign in again, and come to where they wanted.
  const again = async (someone, who, path) => {
    await someone.page.goto(at(path, lang));
    assert.match(await someone.page.locator("main").innerText(), says(/岗位/, /Your seats have changed/));
    await knock(someone, who);
    await someone.page.waitForURL((url) => !url.pathname.endsWith("/login"));
  };
  await again(newcomer.person, newcomer, "/desk?queue=mine");
  const { page: heir } = newcomer.person;
  await heir.locator("#list a", { hasText: words }).first().click();
  await heir.locator("#fresh").waitFor();
  await stage.look(newcomer.person, "inherited");
  await step(stage, newcomer.person, "sign", {}, { label: "" });

  await again(owner, account("committee_worker"), "/desk?queue=mine");
  assert(!(await owner.page.locator("#list").innerText()).includes(words), "it is not on the predecessor's list");
  const reply = await owner.page.goto(matter);
  assert([403, 404].includes(reply.status()), `the predecessor gets ${reply.status()}`);
  assert(!(await owner.page.locator("body").innerText()).includes(words), "and reads nothing of it");
  await stage.look(owner, "predecessor");
}
