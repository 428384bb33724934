// A clerk takes a call: the keyboard only, and little of it (R9: under 30 seconds of typing).
import { account, assert, at, journey, settings, signIn, tabTo } from "./lib.mjs";

const { width, lang } = settings({ width: "1280", lang: "zh" });

await journey("clerk", async (stage) => {
  const clerk = await stage.person({ width, lang });
  const { page } = clerk;
  await signIn(clerk, account("clerk"));
  await stage.look(clerk, "desk");
  // From here on no mouse.
  let keys = 0;
  const type = async (text) => {
    keys += text.length;
    await page.keyboard.type(text);
  };
  const press = async (key) => {
    keys += 1;
    await page.keyboard.press(key);
  };
  const go = async (selector) => {
    keys += await tabTo(page, selector);
  };
  await page.locator("body").press("n");
  await page.waitForURL(/\/desk\/new$/);
  await stage.look(clerk, "new-empty");
  await go("#class");
  await type("ldyzm"); // 路灯与照明 by its initials
  await go("#text");
  await type("楼道灯坏了三天,老人晚上下楼看不见。");
  await go("#address");
  await type("青禾路7号3单元");
  await go("#phone");
  await type("021-05550123");
  await go("#name");
  await type("王阿姨");
  await stage.look(clerk, "new-filled");
  await press("Control+Enter");
  await page.locator(".receipt").waitFor().catch(async () => {
    throw new Error(`not taken: ${await page.locator("main").innerText()}`);
  });
  await stage.look(clerk, "receipt");
  const text = await page.locator("main").innerText();
  assert.match(text, /021-0/, "the receipt shows a telephone number");
  console.log(`${keys} keys`);
  assert(keys <= 150, `${keys} keys are more than 30 seconds of typing`);

  // The same list by keyboard: j, Enter, and the help that names the keys.
  await page.goto(at("/desk", lang));
  await page.locator("body").press("?");
  await page.waitForURL(/\/desk\/help/);
  await stage.look(clerk, "help");
});
