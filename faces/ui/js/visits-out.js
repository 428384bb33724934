// Signing out on the page of a day deletes everything that lies on the phone; what was not sent is sent first, or deleted knowingly.
import { ask } from "./field-queue.js";
import { element, notice } from "./visits-page.js";

/** `page`: `say`, `toldList`, `prefix`, `send()`, `left()` how many wait, `over()`, `wipe()`, and `off(form)` when nobody could be told. */
export function leaving(page) {
  const { say, toldList, prefix } = page;

  async function signOut(form) {
    const { action } = form;
    await page.wipe();
    try {
      await ask(action, { method: "POST", redirect: "manual" });
      location.assign(`${prefix}/login`);
    } catch {
      await page.off(form);
    }
  }

  function askFirst(form, left) {
    toldList.querySelector('[data-id="leave"]')?.remove();
    const first = async (_, item) => {
      await page.send();
      if (page.over()) return;
      if ((await page.left()) === 0) return signOut(form);
      item.append(element("p", { className: "error", textContent: say("leave-unsent") }));
    };
    const buttons = [[say("leave-send"), first], [say("leave-anyway"), () => signOut(form)], [say("leave-stay"), (_, item) => item.remove()]];
    const item = notice("leave", "bad", [element("h2", { tabIndex: -1, textContent: say("leave-first", left) })], buttons);
    toldList.append(item);
    item.querySelector("h2").focus();
  }

  return async (form) => {
    if ((await page.left()) > 0) await page.send();
    if (page.over()) return;
    const left = await page.left();
    if (left > 0) return askFirst(form, left);
    await signOut(form);
  };
}
