// The way walked: only while the switch is on and the page is open, said in words, never begun by itself. Each point is kept at once, so that
// a killed tab loses none; every minute they become one command.
const EVERY_MS = 5_000;
const STILL_MS = 60_000;
const STEP_M = 12;
/** Worse readings say nothing about which street it was. */
const ROUGH_M = 80;
const GATHER_MS = 60_000;

function metres(a, b) {
  const up = (b.lat - a.lat) * 111_195;
  const across = (b.lon - a.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(up, across);
}

/** `keep` takes a point, `gather` makes a command of those kept, `say` tells the state: (key, n). */
export class Trace {
  #watch = null;
  #timer = null;
  #awake = null;
  #last = null;
  #count = 0;
  constructor({ keep, gather, say }) { Object.assign(this, { keep, gather, say }); }

  get on() { return this.#watch !== null; }

  start() {
    if (this.on) return;
    if (!globalThis.isSecureContext || !navigator.geolocation) return this.say("trace-refused", 0);
    this.#count = 0;
    this.#last = null;
    this.#watch = navigator.geolocation.watchPosition((p) => this.#heard(p), (error) => {
      // Refused for good; a moment without satellites is none.
      if (error.code === 1) this.stop("trace-refused");
    }, { enableHighAccuracy: true, maximumAge: 0 });
    this.#timer = setInterval(() => this.gather(), GATHER_MS);
    // In the dark a telephone stops measuring; where it can be asked to stay awake it is.
    navigator.wakeLock?.request("screen").then((lock) => { if (this.on) this.#awake = lock; else lock.release(); }, () => {});
    this.say("trace-on", 0);
  }

  async stop(why = "trace-off") {
    if (!this.on) return;
    navigator.geolocation.clearWatch(this.#watch);
    clearInterval(this.#timer);
    this.#watch = null;
    this.#awake?.release().catch(() => {});
    this.#awake = null;
    this.say(why, this.#count);
    await this.gather();
  }

  async #heard({ coords }) {
    const point = { at: new Date().toISOString(), lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy) };
    if (!this.on || coords.accuracy > ROUGH_M) return;
    if (this.#last) {
      const waited = Date.parse(point.at) - Date.parse(this.#last.at);
      if (waited < EVERY_MS && waited >= 0) return;
      if (metres(this.#last, point) < STEP_M && waited < STILL_MS && waited >= 0) return;
    }
    this.#last = point;
    this.#count += 1;
    await this.keep(point);
    if (this.on) this.say("trace-on", this.#count);
  }
}
