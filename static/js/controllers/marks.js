import { Controller } from "@hotwired/stimulus";
import { composing, singleKey, singleKeysOn } from "../typing.js";

// The reviewer's keys: 1–5 mark, x or 0 no mark, j and k or the arrows move, with Shift to another idea,
// c comments, s skips, Ctrl+Enter submits and goes on.
export default class extends Controller {
  static targets = ["criterion"];

  connect() {
    this.at = -1;
    this.element.addEventListener("focusin", this.follow);
  }

  disconnect() {
    this.element.removeEventListener("focusin", this.follow);
  }

  key(event) {
    if (composing(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!this.element.contains(event.target) && event.target !== document.body) return;
      event.preventDefault();
      this.element.requestSubmit(this.element.querySelector("button.button-primary"));
    } else if (event.key === "Escape" && this.element.contains(event.target) && event.target.matches("textarea")) {
      this.focusMark();
    } else if (singleKeysOn() && singleKey(event) && this.act(event)) {
      event.preventDefault();
    }
  }

  act({ key, target }) {
    if (key === "j") return this.move(this.at + 1);
    if (key === "k") return this.move(this.at - 1);
    if (key === "J") return this.turn("on");
    if (key === "K") return this.turn("back");
    if (key === "c") return this.comment();
    if (key === "s") return this.press("skip");
    if (key === "x") return this.mark("");
    if (/^[0-9]$/.test(key)) return this.mark(key === "0" ? "" : key);
    return this.element.contains(target) && this.arrow(key);
  }

  // Up and down go to another criterion; left and right change the mark, as in any group of choices.
  arrow(key) {
    if (key === "ArrowDown") return this.move(this.at + 1);
    if (key === "ArrowUp") return this.move(this.at - 1);
    return false;
  }

  turn(way) {
    const link = document.querySelector(`[data-turn="${way}"]`);
    link?.click();
    return Boolean(link);
  }

  press(value) {
    const button = this.element.querySelector(`button[name="action"][value="${value}"]`);
    if (button) this.element.requestSubmit(button);
    return Boolean(button);
  }

  move(to) {
    const last = this.criterionTargets.length - 1;
    this.show(Math.max(0, Math.min(last, to)));
    this.focusMark();
    return true;
  }

  mark(value) {
    if (this.at < 0) this.show(0);
    const radio = this.radios().find((one) => one.value === value);
    if (!radio) return false;
    radio.checked = true;
    radio.focus({ preventScroll: true });
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  comment() {
    if (this.at < 0) this.show(0);
    const text = this.criterionTargets[this.at].querySelector("textarea") ?? this.element.querySelector("textarea");
    text?.focus();
    return Boolean(text);
  }

  // Only keys scroll: a page that moves under a pressed mouse button loses its click.
  follow = (event) => {
    const index = this.criterionTargets.findIndex((one) => one.contains(event.target));
    if (index >= 0) this.point(index);
  };

  show(index) {
    this.point(index);
    this.criterionTargets[index].scrollIntoView({ block: "nearest" });
  }

  point(index) {
    this.at = index;
    this.criterionTargets.forEach((one, i) => one.classList.toggle("is-current", i === index));
  }

  focusMark() {
    const radios = this.radios();
    (radios.find((one) => one.checked) ?? radios[0]).focus({ preventScroll: true });
  }

  radios() {
    return [...this.criterionTargets[this.at].querySelectorAll("input[type=radio]")];
  }
}
