import { Controller } from "@hotwired/stimulus";

// Rows put into another order by dragging; the buttons beside them do the same by keyboard.
// Escape puts the row back. With `submit` the new order is sent at once.
export default class extends Controller {
  static targets = ["row", "handle", "save"];
  static values = { submit: Boolean };

  connect() {
    this.element.classList.add("is-ready");
  }

  handleTargetConnected(handle) {
    handle.addEventListener("pointerdown", this.begin);
  }

  begin = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    this.row = this.rowTargets.find((row) => row.contains(event.currentTarget));
    this.before = [...this.rowTargets];
    this.row.classList.add("is-moving");
    // On the window: a handle that moves in the document would lose the pointer it had captured.
    addEventListener("pointermove", this.move);
    addEventListener("pointerup", this.drop);
    addEventListener("pointercancel", this.cancel);
    addEventListener("keydown", this.escape, true);
  };

  move = ({ clientY }) => {
    const over = this.rowTargets.find((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return row !== this.row && clientY >= top && clientY <= bottom;
    });
    if (!over) return;
    const rows = this.rowTargets;
    const down = rows.indexOf(this.row) < rows.indexOf(over);
    const { top, height } = over.getBoundingClientRect();
    if (down ? clientY > top + height / 2 : clientY < top + height / 2) {
      over[down ? "after" : "before"](this.row);
    }
  };

  drop = () => {
    this.end();
    if (this.submitValue && this.rowTargets.some((row, at) => row !== this.before[at])) {
      this.element.requestSubmit(this.saveTarget);
    }
  };

  cancel = () => {
    this.end();
    this.before.forEach((row) => row.parentElement.append(row));
  };

  escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.cancel();
  };

  end() {
    removeEventListener("pointermove", this.move);
    removeEventListener("pointerup", this.drop);
    removeEventListener("pointercancel", this.cancel);
    removeEventListener("keydown", this.escape, true);
    this.row.classList.remove("is-moving");
  }
}
