// A card in edit mode: one field per cue, measured on every keystroke.
"use strict";

class Editor {
  constructor(cards, card, item, decision, done) {
    this.cards = cards;
    this.card = card;
    this.item = item;
    this.done = done;
    this.rules = cards.rules(item.locale);
    this.touched = false;
    const edited = decision && decision.verdict === "edit" ? decision : null;
    const start = item.cues.map((cue, n) => (edited && edited.lines[n]) ||
      (cue.new_lines.length ? cue.new_lines : cue.lines));
    this.fields = start.map((lines, n) => this.field(lines.join("\n"), `Cue ${item.cues[n].number}`, Math.max(2, lines.length)));
    this.meters = this.fields.map(() => h("div", { class: "meter", "aria-live": "off" }));
    const text = edited ? edited.text : item.new_text || item.text;
    this.sentence = this.field(text, "Complete sentence", 2);
    this.sentence.addEventListener("input", () => { this.touched = true; });
    this.reason = h("input", { class: "reason-field", maxlength: 500, "aria-label": "Note",
      placeholder: "Note (optional)", value: decision ? decision.reason : "", dir: "auto" });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.form = this.build();
  }

  field(text, label, rows) {
    const field = h("textarea", { "aria-label": label, rows, spellcheck: "true",
      ...this.cards.script(this.item.locale), input: () => this.count() });
    field.value = text;
    return field;
  }

  build() {
    const sentence = h("label", { class: "whole" }, h("span", null, "Sentence"), this.sentence);
    sentence.hidden = this.fields.length > 0;
    this.whole = sentence;
    return h("form", { class: "editor", submit: (event) => { event.preventDefault(); this.save(); },
      keydown: (event) => this.key(event) },
    ...this.fields.map((field, n) => h("div", { class: "cue" },
      h("div", { class: "cue-head" }, h("span", null, `#${this.item.cues[n].number}`), this.meters[n]),
      ...this.before(n, field.value), field)),
    sentence, this.reason, this.problem,
    h("div", { class: "actions" },
      h("button", { type: "submit", class: "act primary" }, "Done", h("kbd", null, "Ctrl ⏎")),
      h("button", { type: "button", class: "act", click: () => this.close() }, "Cancel", h("kbd", null, "Esc"))));
  }

  /** The cue's current lines, if the field starts with different ones. */
  before(n, text) {
    const lines = this.item.cues[n].lines;
    if (!lines.length || lines.join("\n") === text) return [];
    return [h("p", { class: "near", ...this.cards.script(this.item.locale) }, lines.join("\n"))];
  }

  open() {
    this.card.classList.add("editing");
    this.card.querySelector(".side.target").replaceChildren(this.form);
    this.card.querySelector("footer.actions").hidden = true;
    this.count();
    const first = this.fields[0] || this.sentence;
    first.focus();
    first.setSelectionRange(first.value.length, first.value.length);
  }

  key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.save();
    }
  }

  lines(n) {
    return this.fields[n].value.split("\n").map((line) => line.trim()).filter(Boolean);
  }

  count() {
    const { narrow_width: narrow, line_width: most, max_lines: rows, chars_per_second: fast } = this.rules;
    this.fields.forEach((_, n) => {
      const cue = this.item.cues[n];
      const lines = this.lines(n);
      const end = until(cue, lines, this.rules);
      const rate = speed(lines, cue.start_ms, end, narrow);
      const part = (text, over) => h("span", { class: over ? "over" : "" }, text);
      this.meters[n].replaceChildren(
        ...lines.map((line) => part(`${plain(width(line, narrow))}/${plain(most)}`, width(line, narrow) > most)),
        part(`${lines.length}/${plain(rows)} lines`, lines.length > rows),
        part(`${plain(rate)}/${plain(fast)} char/s`, rate > fast + 0.05),
        ...(longer(cue, end) ? [h("span", { class: "longer" }, `${seconds(cue.end_ms, end)} s longer`)] : []));
    });
    if (this.fields.length && !this.touched) this.derive();
  }

  /* The segment's text is derived from its cues. If a cue also shows another sentence and
     the two cannot be separated, the user enters the text of this one. */
  derive() {
    const { cues, text } = this.item;
    const lines = this.fields.flatMap((_, n) => this.lines(n));
    const known = [[cues.flatMap((cue) => cue.lines), text],
      [cues.flatMap((cue) => (cue.new_lines.length ? cue.new_lines : cue.lines)), this.item.new_text]];
    let found = null;
    for (const [before, own] of known) found = found ?? sentenceOf(before, lines, own, this.rules.spaces);
    if (found === null) {
      this.whole.hidden = false;
    } else {
      this.sentence.value = found;
    }
  }

  save() {
    const lines = this.fields.map((_, n) => this.lines(n));
    const text = this.sentence.value.trim().replace(/\s+/gu, " ");
    const empty = lines.findIndex((own) => !own.length);
    if (empty >= 0 || !text) {
      this.problem.textContent = empty >= 0 ? `Cue ${this.item.cues[empty].number} is empty.`
        : "The sentence is empty.";
      (this.fields[empty] || this.sentence).focus();
      return;
    }
    this.done({ lines, text, reason: this.reason.value.trim() });
  }

  close() { this.done(null); }
}
