// One sender for the pages on a phone: what waits goes out when there is signal, one round at a time, again after a while that doubles, and
// at once when something is done. What a page does with the answers is its own.
import { deliver, Held, Later } from "./field-queue.js";

const SYNC = "mulin-field";
const LONGEST_WAIT_S = 60;

export class Sender {
  /** What the last request met with. */
  signal = true;
  sending = false;
  /** Something went out since the page was opened. */
  sent = false;
  /** Nobody is signed in whose reports these are: see [`Held`]. */
  held = null;
  #shelf;
  #page;
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("mulin-field") : null;
  #wait = 0;
  #timer = null;

  /** `page`: `paint()`, `heard(told)` for each request that got through, `look()` afterwards, `closed()` whether nothing more is sent from here,
   *  and where it has them `kept(error)` when somebody is to sign in first, `settled()` when a round is over. */
  constructor(shelf, page) {
    this.#shelf = shelf;
    this.#page = page;
  }

  /** Another tab, or the worker, put something in or brought something there. */
  listen(heard) {
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data === "sent") this.sent = true;
      heard(data);
    });
  }
  tell(what) { this.#channel?.postMessage(what); }

  later(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), seconds * 1000);
  }

  async send() {
    clearTimeout(this.#timer);
    if (this.sending) return;
    this.sending = true;
    try {
      if ((await this.#shelf.waiting()).length === 0) return;
      await this.#page.paint();
      const all = await deliver(this.#shelf, async (told) => {
        this.signal = true;
        this.sent = true;
        await this.#page.heard(told);
      });
      this.#wait = 0;
      // Somebody else is at it.
      if (all === false) return this.later(2);
      this.held = null;
      this.tell("sent");
      await this.#page.look();
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      await this.#put(error);
    } finally {
      this.sending = false;
      await this.#page.paint();
      await this.#page.settled?.();
    }
  }

  async #put(error) {
    this.signal = error.seconds > 0;
    if (error instanceof Held) {
      this.held = error;
      await this.#page.kept?.(error);
    }
    this.#wait = Math.max(error.seconds, Math.min(LONGEST_WAIT_S, this.#wait ? this.#wait * 2 : 2));
    if (!this.#page.closed()) this.later(this.#wait);
  }

  /** Something new waits, in the phone already: it goes now, and by the browser itself when this page is closed before there is signal. */
  async shortly() {
    this.tell("put");
    await this.#page.paint();
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register(SYNC)).catch(() => {});
    this.hurry();
    this.send();
  }

  /** There may be signal again: nobody waits for the timer. */
  hurry() { this.#wait = 0; }
}
