// What was decided: kept in this browser until it is saved, and undone step by step.
"use strict";

/** Memory of a browser that may refuse to remember. */
const store = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); return true; } catch { return false; }
  },
  remove(key) {
    try { localStorage.removeItem(key); } catch { /* nothing was kept there */ }
  },
};

const VERDICTS = { accept: "accepted", reject: "rejected", edit: "edited", approve: "approved" };

class Decided {
  /** `data` is the review; `author` is asked when a decision is taken. */
  constructor(data, author) {
    this.data = data;
    this.author = author;
    this.items = new Map(data.items.map((item) => [item.id, item]));
    this.taken = new Map();
    this.shown = new Map();
    for (const key of data.items.flatMap(places)) this.shown.set(key, (this.shown.get(key) || 0) + 1);
    this.steps = [];
    this.others = [];
    this.unsaved = false;
    this.kept = true;
    this.key = ["speechsubs-review", data.project, data.old, data.new].map(encodeURI0).join(":");
    this.stale = this.read(data.decisions) + this.recover();
  }

  /** Take over decisions; those on other texts are left out and counted. */
  read(decisions) {
    let stale = 0;
    for (const decision of Array.isArray(decisions) ? decisions : []) {
      const item = decision && this.items.get(decision.item);
      if (!item || !(decision.verdict in VERDICTS)) continue;
      if (decision.source_hash === item.source_hash && decision.text_hash === item.text_hash) {
        this.taken.set(item.id, clean(decision));
      } else stale += 1;
    }
    return stale;
  }

  /** What an earlier visit left unsaved; it is newer than the file. */
  recover() {
    let found;
    try { found = JSON.parse(store.get(this.key) || "null"); } catch { found = null; }
    if (!found || !Array.isArray(found.decisions)) return 0;
    // A page of another language of the same project keeps its decisions here too.
    const own = found.decisions.filter((one) => one && this.items.has(one.item));
    this.others = found.decisions.filter((one) => one && !this.items.has(one.item)).map(clean);
    if (!own.length) return 0;
    this.taken.clear();
    this.unsaved = true;
    this.recovered = own.length;
    return this.read(own);
  }

  get(id) { return this.taken.get(id); }

  get count() { return this.taken.size; }

  /** Decide about items at once: one step for undo. `more` holds text, lines, reason. */
  take(items, verdict, more = {}) {
    const date = new Date().toISOString().replace(/\.\d+Z$/, "+00:00");
    this.change(items.map((item) => [item.id, verdict && clean({
      item: item.id, verdict, source_hash: item.source_hash, text_hash: item.text_hash,
      author: this.author(), date, ...(verdict === "reject" ? { demands: this.items.get(item.id).demands } : {}),
      ...(verdict === "accept" ? this.proposed(item) : {}), ...more,
    })]));
  }

  /* What the person saw and accepts, so that nothing is predicted again. Lines of a cue
     that two items change are left to be cut when both texts are known. */
  proposed(item) {
    const lines = item.cues.map((cue) => (cue.new_lines.length ? cue.new_lines : cue.lines));
    const cut = item.cues.some((cue) => cue.new_lines.length) && lines.every((own) => own.length) &&
      places(item).every((key) => this.shown.get(key) === 1);
    return { text: item.new_text || item.text, lines: cut ? lines : [] };
  }

  /** Add words to a decision that stands. */
  note(item, reason) {
    const standing = this.taken.get(item.id);
    if (standing) this.change([[item.id, clean({ ...standing, reason })]]);
  }

  change(pairs) {
    const step = pairs.map(([id]) => [id, this.taken.get(id)]);
    for (const [id, decision] of pairs) this.set(id, decision);
    this.steps.push(step);
    this.keep();
  }

  /** Take the last step back; the ids that it touched. */
  undo() {
    const step = this.steps.pop();
    if (!step) return [];
    for (const [id, decision] of step) this.set(id, decision);
    this.keep();
    return step.map(([id]) => id);
  }

  set(id, decision) {
    if (decision) this.taken.set(id, decision);
    else this.taken.delete(id);
  }

  keep() {
    this.unsaved = true;
    this.kept = this.remember(this.list());
  }

  /** It is in a file now, unless something was decided since `list` was taken. */
  saved(list) {
    if (JSON.stringify(list) !== JSON.stringify(this.list())) return;
    this.unsaved = false;
    if (this.others.length) this.remember([]);
    else store.remove(this.key);
  }

  remember(own) {
    return store.set(this.key, JSON.stringify({ decisions: [...this.others, ...own] }));
  }

  /** All decisions in the order of the items. */
  list() {
    return this.data.items.filter((item) => this.taken.has(item.id))
      .map((item) => this.taken.get(item.id));
  }

  yaml() {
    const { decisions_schema: schema, project, old } = this.data;
    return yamlOf({ schema, project, old, new: this.data.new }, this.list());
  }
}

/** The cues of an item, told apart from those of other files. */
function places(item) {
  return item.cues.map((cue) => `${item.source_id}\n${item.locale}\n${cue.number}`);
}

function encodeURI0(text) {
  return encodeURIComponent(String(text).replace(/[\uD800-\uDFFF]/g, "?"));
}

/** A text without what decisions.yml refuses: controls, and halves of characters. */
function speakable(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "").replace(LONE, "\uFFFD");
}

/** A decision with the fields of one and no others, each of its kind. */
function clean(decision) {
  const result = {};
  for (const key of ["item", "verdict", "source_hash", "text_hash", "text", "author", "date", "reason"]) {
    result[key] = typeof decision[key] === "string" ? speakable(decision[key]) : "";
  }
  const demands = decision.demands && typeof decision.demands === "object" ? Object.entries(decision.demands) : [];
  result.demands = Object.fromEntries(demands.map(([term, said]) => [speakable(term), speakable(String(said))]));
  result.lines = Array.isArray(decision.lines)
    ? decision.lines.map((cue) => (Array.isArray(cue) ? cue.map(String).map(speakable) : [])) : [];
  return result;
}
