// Sends what waits: in the order it was done, and so that it counts once, however often a tab dies in between. Each command has an id
// of its own, made on the phone (UUIDv7); the server takes an id once and says so the second time. Two tabs, and the worker, do not
// send at the same time (Web Locks).
const LOCK = "mulin-field-send";
/** Commands in one request, and how long it may be. */
const BATCH = 40;
const LONGEST = 600_000;
const PATIENCE_MS = 20_000;

/** Not now: no signal, or the server asks to wait. */
export class Later extends Error {
  constructor(seconds = 0) {
    super("later");
    this.seconds = seconds;
  }
}

/** Not before somebody signs in: what else waits is not held up by it. */
export class Held extends Later {
  constructor(mark, why) {
    super(60);
    Object.assign(this, { mark, why });
  }
}

/** An id that sorts by the time it was made at, by the phone's clock. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const text = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** A request that does not wait for ever. */
export async function ask(address, options = {}, patience = PATIENCE_MS) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    return await fetch(address, { cache: "no-store", credentials: "same-origin", redirect: "error", ...options, signal: stop.signal });
  } catch {
    throw new Later();
  } finally {
    clearTimeout(timer);
  }
}

/** Does this answer come from the field pages, or from something in between that knows nothing? */
export const ours = (answer) => answer.headers.get("x-field");

async function post(to, commands) {
  // The difference between this and the server's clock corrects what the phone's clock says.
  const body = JSON.stringify({ sent_at: new Date().toISOString(), commands });
  const answer = await ask(to, { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body });
  if (answer.status === 200 && ours(answer)) {
    const said = await answer.json().catch(() => { throw new Later(); });
    if (!Array.isArray(said.outcomes)) throw new Later();
    return said;
  }
  if (["signed-out", "other-account"].includes(ours(answer))) throw new Held(ours(answer), (await answer.json().catch(() => ({}))).why ?? "");
  if (ours(answer) === "over") return { outcomes: commands.map(({ id }) => ({ id, outcome: "over" })), over: true };
  if (ours(answer) && [400, 413, 422].includes(answer.status)) {
    if (commands.length === 1) return { outcomes: [{ id: commands[0].id, outcome: "unreadable" }] };
    // One of them cannot be read: each by itself, so that the others get through.
    const outcomes = [];
    for (const command of commands) outcomes.push(...(await post(to, [command])).outcomes);
    return { outcomes };
  }
  throw new Later(Number(answer.headers.get("retry-after")) || 0);
}

/** The first of those that wait that go to one place, as many as fit into one request. */
function batchOf(all) {
  const [{ task, to }] = all;
  const batch = [];
  let long = 0;
  for (const entry of all) {
    long += JSON.stringify(entry.command).length;
    if (entry.task !== task || entry.to !== to || batch.length === BATCH || (batch.length > 0 && long > LONGEST)) break;
    batch.push(entry);
  }
  return batch;
}

/** What was not taken and can be mended or must be told is kept whole. */
const KEPT = ["mend", "denied", "no-visit", "unreadable"];

async function drain(shelf, heard) {
  let held = null;
  const skip = new Set();
  for (;;) {
    const all = (await shelf.waiting()).filter(({ to }) => !skip.has(to));
    if (all.length === 0) {
      if (held) throw held;
      return true;
    }
    const batch = batchOf(all);
    const [{ task, to }] = batch;
    let said;
    try {
      said = await post(to, batch.map((entry) => entry.command));
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      held = error;
      skip.add(to);
      continue;
    }
    const done = [];
    for (const entry of batch) {
      const outcome = said.outcomes.find((one) => one.id === entry.id);
      if (!outcome) continue;
      const act = entry.command.act ?? entry.command.outcome;
      const whole = KEPT.includes(outcome.outcome) ? { command: entry.command } : {};
      const about = entry.command.visit ? { visit: entry.command.visit } : {};
      // What must be read is written down before the command is let go.
      if (!["done", "before"].includes(outcome.outcome)) await shelf.tell(task, entry.id, { outcome: outcome.outcome, words: outcome.words ?? "", act, ...about, ...whole });
      done.push(entry.id);
    }
    if (done.length === 0) throw new Later();
    await shelf.drop(done);
    heard?.({ task, said, sent: batch.map((entry) => ({ ...entry, outcome: said.outcomes.find((one) => one.id === entry.id)?.outcome })) });
  }
}

/** Sends everything, or throws `Later`. `false`: somebody else is at it. */
export function deliver(shelf, heard) {
  if (!navigator.locks) return drain(shelf, heard);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? drain(shelf, heard) : false));
}

/** Takes a command back, only while nobody is sending; `false` when it is too late. */
export function retract(shelf, id) {
  if (!navigator.locks) return shelf.retract(id);
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? shelf.retract(id) : false));
}
