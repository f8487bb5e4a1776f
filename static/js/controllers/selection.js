import { Controller } from "@hotwired/stimulus";

// Shows the bulk bar with the exact count; Shift chooses a range, Escape clears.
export default class extends Controller {
  static targets = ["all", "box", "bar", "count", "clear"];

  connect() {
    this.allTargets.forEach((all) => (all.hidden = false));
    this.clearTargets.forEach((clear) => (clear.hidden = false));
    this.plural = new Intl.PluralRules(document.documentElement.lang);
    this.tell();
  }

  all({ currentTarget }) {
    this.boxTargets.forEach((box) => (box.checked = currentTarget.checked));
    this.tell();
  }

  pick(event) {
    const boxes = this.boxTargets;
    const here = boxes.indexOf(event.currentTarget);
    if (this.shift) {
      const [from, to] = [Math.min(this.last ?? here, here), Math.max(this.last ?? here, here)];
      boxes.slice(from, to + 1).forEach((box) => (box.checked = event.currentTarget.checked));
    }
    this.last = here;
    this.tell();
  }

  clear() {
    this.boxTargets.forEach((box) => (box.checked = false));
    this.tell();
  }

  // A change event does not say whether Shift was held; the click before it does.
  initialize() {
    this.element.addEventListener("click", (event) => (this.shift = event.shiftKey), { capture: true });
  }

  tell() {
    const n = this.boxTargets.filter((box) => box.checked).length;
    this.allTargets.forEach((all) => {
      all.checked = n > 0 && n === this.boxTargets.length;
      all.indeterminate = n > 0 && n < this.boxTargets.length;
    });
    this.barTargets.forEach((bar) => (bar.hidden = n === 0));
    this.countTargets.forEach((count) => {
      const text = this.plural.select(n) === "one" ? count.dataset.one : count.dataset.other;
      count.textContent = text.replace("{n}", n.toLocaleString(document.documentElement.lang));
    });
  }
}
