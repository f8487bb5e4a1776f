import { Controller } from "@hotwired/stimulus";
import { singleKey, singleKeysOn } from "../typing.js";

// One idea a screen: arrows and the keys of a presenter's clicker lead to the idea before or after.
export default class extends Controller {
  static targets = ["before", "after"];

  key(event) {
    if (event.repeat || !singleKeysOn() || !singleKey(event)) return;
    if (event.target instanceof HTMLElement && event.target.matches("input[type=radio]")) return;
    const before = event.key === "ArrowLeft" || event.key === "PageUp";
    const after = event.key === "ArrowRight" || event.key === "PageDown";
    if (before && this.hasBeforeTarget) this.beforeTarget.click();
    else if (after && this.hasAfterTarget) this.afterTarget.click();
    else return;
    event.preventDefault();
  }
}
