import { Controller } from "@hotwired/stimulus";

// The cut line follows its handle, by pointer or by key; where it comes to rest, the ranking follows.
export default class extends Controller {
  static targets = ["handle", "line", "name", "apply"];

  connect() {
    this.applyTarget.hidden = true;
  }

  move() {
    const { min, max, value } = this.handleTarget;
    const place = `${((value - min) / (max - min)) * 100}%`;
    for (const line of this.lineTargets) {
      line.setAttribute("x1", place);
      line.setAttribute("x2", place);
    }
    for (const name of this.nameTargets) {
      name.setAttribute("x", place);
      name.textContent = Number(value).toFixed(2);
    }
  }

  // Held keys send one change after another; only the last is asked for.
  settle() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.element.requestSubmit(), 400);
  }

  disconnect() {
    clearTimeout(this.waiting);
  }
}
