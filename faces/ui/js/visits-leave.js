// On the sign-in page: where nobody is signed in any more, the day that lay on this phone goes. Whoever only stayed away too long finds it
// again (docs/field.md); what was written and not sent goes only when this phone was signed out from elsewhere.
import { ask, ours } from "./field-queue.js";
import { able, disk, OUT } from "./field-store.js";

const FLAG = "mulin-day";

async function leave() {
  const address = location.pathname.replace(/\/login.*$/, "/field/day/pack.json");
  const answer = await ask(address, { headers: { accept: "application/json" } });
  if (ours(answer) !== "signed-out") return;
  const { why } = await answer.json();
  if (["idle", "expired", "first"].includes(why)) return;
  const lost = ["signed-out", "account"].includes(why);
  for (const task of await disk.tasks()) if (task.startsWith("day-") || (lost && task.startsWith(OUT))) await disk.wipe(task);
  localStorage.removeItem(FLAG);
}

try {
  if (able() && localStorage.getItem(FLAG) !== null) leave().catch(() => {});
} catch { /* a browser that keeps nothing has nothing to delete */ }
