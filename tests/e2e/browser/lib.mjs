// What every journey needs: a browser, a person in it, the demo's clock, and eyes for accessibility.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(join(process.env.E2E_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const base = process.env.E2E_BASE;
export const links = JSON.parse(process.env.E2E_LINKS);
export { assert };

/** Settings given as name=value, over the defaults. */
export function settings(defaults) {
  const given = process.argv.slice(2).map((arg) => arg.split("="));
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Login and password of the first demo account with this role. */
export function account(role) {
  const found = links.accounts.find((a) => a.role === role);
  assert(found, `no demo account with role ${role}`);
  return found;
}

/** Address in this language: at("/report", "en") → /en/report; elder pages as {elder: true}. */
export function at(path, lang = "zh", elder = false) {
  const prefix = (lang === "en" ? "/en" : "") + (elder ? "/e" : "");
  return base + (path === "/" && prefix ? prefix : prefix + path);
}

/** Moves the demo's clock: time("advance 2h"), time("set 2026-07-01T09:00:00+08:00"). Waits until due jobs have run. */
export function time(order) {
  return new Promise((done, failed) => {
    const socket = connect(process.env.E2E_CLOCK, () => socket.write(order + "\n"));
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("error", failed);
    socket.on("data", (text) => {
      answer += text;
      if (!answer.includes("\n")) return;
      socket.end();
      answer.startsWith("ok") ? done(answer.trim().slice(3)) : failed(new Error(`${order}: ${answer}`));
    });
  });
}

/** Everything the district's mail server got, oldest first, as soon as there are more than `known`. */
export function mails(known = 0) {
  return new Promise((done, failed) => {
    const socket = connect(process.env.E2E_MAIL, () => socket.write(`${known}\n`));
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("error", failed);
    socket.on("data", (text) => { answer += text; });
    socket.on("end", () => (answer ? done(JSON.parse(answer)) : failed(new Error(`no mail after the first ${known}`))));
  });
}

/** The newest mail to this address that has these words, as soon as it is there; not one of the first `after`. */
export async function mailTo(address, words, after = 0) {
  for (let known = after; ;) {
    const all = await mails(known);
    const found = all.slice(after).findLast((mail) => mail.to.includes(address) && words.test(mail.subject + mail.text));
    if (found) return found;
    known = all.length;
  }
}

/** Runs one journey with a browser and ends with a plain verdict. */
export async function journey(name, play) {
  const browser = await chromium.launch({
    executablePath: process.env.E2E_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const stage = new Stage(browser, name);
  try {
    await play(stage);
    assert.deepEqual(stage.complaints, [], "what browsers and axe complained about");
    console.log(`${name}: done, ${stage.looked} pages checked`);
  } catch (error) {
    await stage.snapEverything();
    console.error(`${name}: ${error.stack ?? error}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
    for (const mast of stage.masts) mast.close();
  }
}

class Stage {
  constructor(browser, name) {
    Object.assign(this, { browser, name, people: [], masts: [], complaints: [], looked: 0 });
  }

  /** Something is wrong, but the journey can go on; told at its end. */
  complain(text) {
    this.complaints.push(text);
  }

  /** A person with a browser of their own: no shared cookies. */
  async person({ width = 1280, lang = "zh", script = true, through = base, more = {} } = {}) {
    const context = await this.browser.newContext({
      ...more,
      viewport: { width: Number(width), height: Number(width) < 600 ? 844 : 900 },
      locale: lang === "en" ? "en-GB" : "zh-CN",
      timezoneId: "Asia/Shanghai",
      hasTouch: Number(width) < 600,
      javaScriptEnabled: script,
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complain(`script error on ${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      // A status the journey asks for on purpose (409, 422) is also logged; those texts start this way.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.complain(`console on ${page.url()}: ${message.text()}`);
      }
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(through) && !/^(data|blob|about):/.test(request.url())) {
        this.complain(`${page.url()} asks somebody else: ${request.url()}`);
      }
    });
    const someone = { page, width: Number(width), lang, script };
    this.people.push(someone);
    return someone;
  }

  /** A mast between phones and the district: `cut()` is a dead spot, whatever asks: pages, their workers, the browser itself. */
  mast() {
    const { port } = new URL(base);
    const open = new Set();
    let dead = false;
    const server = createServer((near) => {
      if (dead) return near.destroy();
      const far = connect(Number(port), "127.0.0.1");
      for (const socket of [near, far]) {
        open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => { open.delete(socket); near.destroy(); far.destroy(); });
      }
      near.pipe(far).pipe(near);
    });
    return new Promise((done) => {
      server.listen(0, "127.0.0.1", () => {
        const mast = {
          base: `http://127.0.0.1:${server.address().port}`,
          cut() { dead = true; for (const socket of open) socket.destroy(); },
          mend() { dead = false; },
          close() { this.cut(); server.close(); },
        };
        this.masts.push(mast);
        done(mast);
      });
    });
  }

  /** Looks at the page as it stands: accessibility, nothing wider than the screen; and a picture, if pictures are asked for. */
  async look(someone, label) {
    const { page, width, lang, script } = someone;
    this.looked += 1;
    if (script) await drawn(page);
    if (process.env.E2E_PICTURES === "yes") await this.snap(page, `${label}-${lang}-${width}`);
    if (!script) return;
    // Bars on top and under the thumb cover what scrolls by behind them; what is measured is the page without that moment.
    await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
    const bar = (position) => page.evaluate((p) => { for (const e of document.querySelectorAll(".thumb")) e.style.position = p; }, position);
    await bar("static");
    const found = await page.evaluate(`${axe}; axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    })`);
    await bar("");
    for (const { id, impact, help, nodes } of found.violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      const beside = (n) => [...n.any, ...n.all, ...n.none].flatMap((check) => check.relatedNodes.map((r) => r.target.join(" ")));
      const where = nodes.slice(0, 4).map((n) => `${n.target.join(" ")} (${n.failureSummary.split("\n").at(-1).trim()} ${beside(n)})`);
      this.complain(`${impact} on ${page.url()} at ${width}: ${id}, ${help}: ${where.join(" | ")}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) this.complain(`${page.url()} is ${wide} px wider than ${width} px`);
  }

  async snap(page, name) {
    const to = { path: join(process.env.E2E_SHOTS, `${this.name}-${name}.png`), fullPage: true };
    // A browser short of memory refuses a picture now and then; the second is taken.
    await page.screenshot(to).catch(() => page.screenshot(to));
  }

  /** After a failure: what everybody saw last. */
  async snapEverything() {
    for (const [n, { page }] of this.people.entries()) {
      console.error(`person ${n + 1} was at ${page.url()}`);
      await this.snap(page, `failed-${n + 1}`).catch(() => {});
    }
  }
}

/** Types name and password on the open page that asks for them, and waits for what comes of it. */
export async function knock({ page }, { login, password }) {
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Signs in on the page that asks for it and waits for the desk. */
export async function signIn(someone, who) {
  const { page, lang } = someone;
  await page.goto(at("/desk", lang));
  await knock(someone, who);
  // An administrator is led on to the pages of the office.
  await page.waitForURL((url) => !url.pathname.endsWith("/login"));
}

/** Fills every visible field of the form that `answers` names: radios and lists by value, the rest by text. A function as
 *  value is asked with the field. */
export async function fill(form, answers) {
  for (const [name, given] of Object.entries(answers)) {
    const field = form.locator(`[name="${name}"]:not([type=hidden])`);
    if ((await field.count()) === 0) continue;
    const value = typeof given === "function" ? await given(field) : given;
    const tag = await field.first().evaluate((e) => (e.type === "radio" ? "radio" : e.tagName));
    if (tag === "radio") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else if (tag === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Goes through the report from its first page to the receipt, whatever questions share a page. Returns the secret code.
 *  Without a label nobody looks at the pages on the way. */
export async function report(stage, someone, answers, { elder = false, label = "report" } = {}) {
  const { page, lang } = someone;
  await page.goto(at("/report", lang, elder));
  for (let n = 1; !page.url().includes("/receipt"); n += 1) {
    assert(n < 10, `the report does not end: ${page.url()}`);
    const complaint = page.locator(".error-summary");
    assert.equal(await complaint.count(), 0, `refused: ${await complaint.allInnerTexts()}`);
    if (label) await stage.look(someone, `${label}-${n}`);
    const form = page.locator("main form").first();
    // Elder pages fold the kinds of things into groups.
    await form.evaluate((f) => { for (const fold of f.querySelectorAll("details")) fold.open = true; });
    await fill(form, answers);
    await form.locator('.actions button[name="go"][value="next"]').click();
    await page.waitForLoadState();
  }
  if (label) await stage.look(someone, `${label}-receipt`);
  return (await page.locator(".receipt .code.secret").innerText()).trim();
}

/** Maps belong to the look of a page: waits until they have drawn themselves, names included. Where there is no WebGL they never
 *  will, and say so on the page. */
async function drawn(page) {
  const ready = () => [...document.querySelectorAll("[data-map]")].every((map) => map.dataset.ready);
  await page.waitForFunction(ready, null, { timeout: 5_000 }).catch(() => {});
}

/** Does one step on the open page of a matter: its button, its form, and back on the matter. */
export async function step(stage, someone, command, answers = {}, { label = `step-${command}` } = {}) {
  const { page } = someone;
  await page.locator(`a[href*="/do/${command}"]`).first().click();
  const form = page.locator("form.sheet");
  await form.waitFor();
  if (label) await stage.look(someone, label);
  await fill(form, answers);
  await form.locator(".actions button").click();
  await page.waitForURL((url) => !url.pathname.includes("/do/"), { timeout: 15_000 }).catch(async () => {
    throw new Error(`${command} was refused: ${await page.locator("main").innerText()}`);
  });
}

/** Several steps, none of them looked at: [command, answers] each. */
export async function steps(stage, someone, all) {
  for (const [command, answers] of all) await step(stage, someone, command, answers, { label: "" });
}

/** From the owner's first signature to the outcome that waits for a check. */
export const handling = (answer) => [
  ["sign", {}],
  ["contact", { outcome: "reached", note: "通了电话。" }],
  ["start", {}],
  ["submit", { outcome: "done", answer }],
];

/** Asks for a step that is not to be had: the page says why in these words, and leads back to the matter. */
export async function refusal(stage, someone, command, words) {
  const { page } = someone;
  const matter = page.url().split("?")[0];
  await page.goto(`${matter}/do/${command}`);
  const said = await page.locator(".notice-bad").innerText();
  assert.match(said, words, `why ${command} is refused: ${said}`);
  assert.equal(await page.locator("form.sheet").count(), 0, "nothing to fill in for what is refused");
  await stage.look(someone, `refused-${command}`);
  await page.locator("main .actions a").click();
  await page.waitForURL((url) => url.pathname === new URL(matter).pathname);
}

/** A committee worker, signed in, and the neighbourhood whose matters come to them. */
export async function committee(stage, who) {
  const owner = await stage.person(who);
  await signIn(owner, account("committee_worker"));
  await owner.page.goto(at("/desk/me", owner.lang));
  // The title of the seat, such as 归雁苑社工.
  const seat = (await owner.page.locator("main").innerText()).match(/(\p{Script=Han}+)社工/u);
  assert(seat, "the page about oneself names the seat");
  return { owner, place: seat[1] };
}

/** Id of a neighbourhood by its Chinese name, whatever the page calls it. */
export async function areaId(name) {
  const found = await (await fetch(`${base}/api/v1/areas?kind=community&q=${encodeURIComponent(name)}`)).json();
  assert(found.items?.length > 0, `there is no ${name}`);
  return found.items[0].id;
}

/** Somebody raises these words in this neighbourhood. Returns the secret code. */
export function raise(stage, resident, place, text, more = {}) {
  const area = () => areaId(place);
  return report(stage, resident, { class: "environment", text, address: "7号楼", area, reach: "page", ...more }, { label: "" });
}

/** Opens a matter from one's own list, by words in it. Returns its address. */
export async function open(someone, words) {
  const { page, lang } = someone;
  await page.goto(at("/desk?queue=mine", lang));
  await page.locator("#list a", { hasText: words }).first().click();
  await page.locator("#fresh").waitFor();
  return page.url().split("?")[0];
}

/** Number of the matter on the open page. */
export const numberOf = (page) => page.locator("p.meta .code").first().innerText();

/** The raiser opens the answer: the proof of its delivery. */
export async function openAnswer(someone, code) {
  await someone.page.goto(at(`/t/${code}`, someone.lang));
  await someone.page.locator('form[action$="/answer"] button').click();
  await someone.page.locator("#answer .words").waitFor();
}

/** A day so many days after the demo's, as fields for dates take it. */
export async function day(ahead) {
  const now = new Date(await time("advance 0s"));
  return new Date(now.getTime() + (ahead * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
}

/** The six digits that an authenticator app shows for this secret at the demo's time (RFC 6238). */
export async function oneTimeCode(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.parse(await time("advance 0s")) / 30_000)));
  const mac = createHmac("sha1", key).update(count).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Presses Tab until the focus is on what `selector` names: proves that the keyboard gets there. */
export async function tabTo(page, selector, most = 40) {
  for (let n = 0; n < most; n += 1) {
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return n;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${most} times Tab did not reach ${selector}`);
}

/** Elder pages (R13): text of at least `least` px, targets of at least 60 px. Returns what is too small. */
export function tooSmall(page, least = 24) {
  return page.evaluate((least) => {
    const found = [];
    const shown = (e) => e.getClientRects().length > 0 && !e.closest(".visually-hidden, .skip");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim();
      const e = walker.currentNode.parentElement;
      if (!text || !shown(e) || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
      const size = parseFloat(getComputedStyle(e).fontSize);
      if (size < least) found.push(`text ${size}px: ${text.slice(0, 30)}`);
    }
    for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (!shown(e)) continue;
      const label = e.labels?.[0]?.getBoundingClientRect().height ?? 0;
      const height = Math.max(e.getBoundingClientRect().height, ["radio", "checkbox"].includes(e.type) ? label : 0);
      if (height < 59.5) found.push(`target ${Math.round(height)}px: ${e.outerHTML.slice(0, 80)}`);
    }
    return found;
  }, least);
}
